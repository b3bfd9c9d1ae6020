"""What a viewer shows beside the pages of a PDF is in its text, and nothing of it is run."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, PageCopyWarning, String

from archive.errors import SandboxError
from archive.extraction import Concern, Sandbox
from archive.extraction.readers.pdf import PdfReader
from archive.model.objects import Extraction
from tests.unit.extraction.pdf_maker import Page, lines, make


def opened(pages: int = 1) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(make([Page(lines("Market day"))] * pages)))


def saved(document: pikepdf.Pdf) -> bytes:
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def read(document: pikepdf.Pdf) -> Extraction:
    return PdfReader().read(saved(document))


def last_page(found: Extraction) -> str:
    assert found.text is not None
    return found.text.text[found.text.pages[-1] :]


def annotate(document: pikepdf.Pdf, page: int = 0, **entries: object) -> Dictionary:
    annotation = document.make_indirect(
        Dictionary(Type=Name.Annot, Rect=[10, 10, 90, 40], **entries)
    )
    target = document.pages[page]
    if "/Annots" not in target:
        target.Annots = Array()
    target.Annots.append(annotation)
    return annotation


def test_a_comment_is_text_with_its_page_and_its_author() -> None:
    document = opened(pages=2)
    annotate(document, 1, Subtype=Name.Text, T=String("Ilse Moor"), Contents=String("회의 장소?"))
    found = read(document)
    assert last_page(found) == "[annotations]\npage 2: Ilse Moor: 회의 장소?"
    assert found.text is not None
    assert len(found.text.pages) == 3
    assert found.metadata["pages"] == "2"
    assert all(box.page < 2 for box in found.text.boxes)


def test_rich_text_of_a_comment_is_said_once() -> None:
    document = opened()
    rich = "<body><p>ask <b>Moor</b></p></body>"
    annotate(document, Subtype=Name.FreeText, Contents=String("ask Moor"), RC=String(rich))
    assert last_page(read(document)) == "[annotations]\npage 1: ask Moor"


def test_the_target_of_a_link_is_text() -> None:
    document = opened()
    action = Dictionary(S=Name.URI, URI=String("mailto:ilse@moor.example"))
    annotate(document, Subtype=Name.Link, A=action)
    assert last_page(read(document)) == "[links]\nmailto:ilse@moor.example"


def with_form() -> pikepdf.Pdf:
    document = opened()
    person = document.make_indirect(Dictionary(T=String("person"), Kids=Array()))
    name = document.make_indirect(
        Dictionary(
            T=String("name"), FT=Name.Tx, V=String("Ilse Moor"), TU=String("Who?"), Parent=person
        )
    )
    choice = Dictionary(T=String("town"), V=String("b"), Opt=[["a", "Aal"], ["b", "Brill"]])
    person.Kids.append(name)
    document.Root.AcroForm = Dictionary(Fields=Array([person, choice]))
    return document


def test_fields_of_a_form_have_full_names_labels_values_and_choices() -> None:
    assert last_page(read(with_form())).split("\n") == [
        "[form fields]",
        "person",
        "person.name: Who?: Ilse Moor",
        "town: b: a: Aal: Brill",
    ]


def test_a_field_that_only_a_page_knows_is_read_too() -> None:
    document = opened()
    annotate(document, Subtype=Name.Widget, FT=Name.Tx, T=String("source"), V=String("Moor"))
    with pytest.warns(PageCopyWarning):
        data = saved(document)
    assert last_page(PdfReader().read(data)) == "[form fields]\nsource: Moor"


def test_bookmarks_layers_and_descriptions_are_text() -> None:
    document = opened()
    with document.open_outline() as outline:
        first = pikepdf.OutlineItem("Part one", 0)
        first.children.append(pikepdf.OutlineItem("Witness M.", 0))
        outline.root += [first, pikepdf.OutlineItem("Part two", 0)]
    document.Root.OCProperties = Dictionary(OCGs=[Dictionary(Type=Name.OCG, Name="Draft")])
    element = Dictionary(S=Name.Figure, Alt=String("Photograph of a barge"))
    document.Root.StructTreeRoot = Dictionary(K=Dictionary(S=Name.Document, K=[element, 3]))
    assert last_page(read(document)) == (
        "[bookmarks]\nPart one\nWitness M.\nPart two\n\n"
        "[layers]\nDraft\n\n[descriptions]\nPhotograph of a barge"
    )


def test_an_xfa_form_is_text_and_a_concern() -> None:
    xdp = (
        b"<xdp><template><script>app.alert(1)</script><draw>Form 7</draw></template>"
        b"<datasets><who>Moor</who></datasets></xdp>"
    )
    document = opened()
    document.Root.AcroForm = Dictionary(XFA=document.make_stream(xdp))
    found = read(document)
    assert last_page(found) == "[xfa form]\nForm 7\nMoor"
    assert found.metadata["active-content"] == "xfa"
    assert found.concerns == (Concern.ACTIVE_CONTENT.value,)


@pytest.mark.parametrize(
    ("place", "action", "said"),
    [
        ("OpenAction", {"S": Name.JavaScript, "JS": "app.alert(1)"}, "javascript"),
        ("OpenAction", {"S": Name.Launch, "F": "calc.exe"}, "launch"),
        ("AA", {"WC": {"S": Name.JavaScript, "JS": "x"}}, "javascript"),
        ("OpenAction", {"S": Name.GoTo, "Next": [{"S": Name.SubmitForm}]}, "submit-form"),
    ],
)
def test_what_would_run_is_named_and_not_run(
    place: str, action: dict[str, object], said: str
) -> None:
    document = opened()
    document.Root[f"/{place}"] = nested(action)
    found = read(document)
    assert found.metadata["active-content"] == said
    assert found.concerns == (Concern.ACTIVE_CONTENT.value,)


def nested(value: object) -> object:
    if isinstance(value, dict):
        return Dictionary({f"/{key}": nested(one) for key, one in value.items()})
    return Array([nested(one) for one in value]) if isinstance(value, list) else value


def test_files_in_annotations_are_attachments_and_no_file_comes_twice() -> None:
    document = opened()
    for name, content in (("a.txt", b"inside"), ("again.txt", b"inside"), ("b.txt", b"other")):
        file = Dictionary(F=String(name), EF=Dictionary(F=document.make_stream(content)))
        annotate(document, Subtype=Name.FileAttachment, FS=file)
    document.attachments["c.txt"] = pikepdf.AttachedFileSpec(document, b"other", filename="c.txt")
    found = read(document)
    assert [(one.untrusted_name, one.data) for one in found.attachments] == [
        ("c.txt", b"other"),
        ("a.txt", b"inside"),
    ]


def test_xmp_adds_to_document_information_and_contradicts_it_openly() -> None:
    document = pikepdf.open(BytesIO(make([Page(lines("x"))], info="/Title (Market)")))
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        xmp["dc:title"] = "Harbour"
        xmp["dc:creator"] = ["Ilse Moor", "P. Aal"]
        xmp["xmp:CreateDate"] = "2024-05-03T10:15:00+09:00"
    found = read(document).metadata
    assert (found["title"], found["xmp-title"]) == ("Market", "Harbour")
    assert (found["author"], found["date"]) == ("Ilse Moor, P. Aal", "2024-05-03")


def loops() -> list[tuple[str, pikepdf.Pdf]]:
    """Return documents whose structures lead back to themselves or go on for ever."""
    outline, fields, kids, names, actions = (opened() for _ in range(5))
    item = outline.make_indirect(Dictionary(Title=String("round")))
    item.Next = item.First = item
    outline.Root.Outlines = Dictionary(First=item)
    field = fields.make_indirect(Dictionary(T=String("round")))
    field.Kids = Array([field, field])
    field.Parent = field
    fields.Root.AcroForm = Dictionary(Fields=Array([field] * 99))
    element = kids.make_indirect(Dictionary(Alt=String("round")))
    element.K = element
    kids.Root.StructTreeRoot = element
    tree = names.make_indirect(Dictionary())
    tree.Kids = Array([tree])
    names.Root.Names = Dictionary(EmbeddedFiles=tree, JavaScript=tree)
    action = actions.make_indirect(Dictionary(S=Name.GoTo))
    action.Next = Array([action, action])
    actions.Root.OpenAction = action
    made = (outline, fields, kids, names, actions)
    return list(zip(("outline", "fields", "structure", "names", "actions"), made, strict=True))


@pytest.mark.parametrize(("name", "document"), loops(), ids=lambda one: str(one)[:20])
def test_a_loop_is_walked_once(name: str, document: pikepdf.Pdf) -> None:
    found = read(document)
    assert found.text is not None
    assert found.text.text.startswith("Market day")
    assert found.text.text.count("round") <= 1


def hostile() -> list[tuple[str, bytes]]:
    """Return documents made to cost time, memory or the stack."""
    whole = make([Page(lines("kept"))])
    filters, bomb = opened(), opened()
    chain = filters.make_stream(b"x" * 99)
    chain.Filter = Array([Name.FlateDecode] * 60)
    filters.Root.AcroForm = Dictionary(XFA=chain)
    data = bomb.make_stream(bytes(300 << 20))
    annotate(bomb, Subtype=Name.FileAttachment, FS=Dictionary(EF=Dictionary(F=data)))
    deep = b"[" * 100_000
    return [
        ("nested filters", saved(filters)),
        ("a bomb attached", saved(bomb)),
        ("deep arrays", whole.replace(b"/Type /Catalog", b"/Type /Catalog /X " + deep)),
        ("pages in a circle", whole.replace(b"/Kids [6 0 R]", b"/Kids [2 0 R]")),
        ("a page count that lies", whole.replace(b"/Count 1", b"/Count 2147483647")),
        ("a table that is its own", whole.replace(b"trailer\n<<", b"trailer\n<< /Prev 9")),
        ("half of it", whole[: len(whole) // 2]),
    ]


@pytest.mark.parametrize(("name", "data"), hostile(), ids=lambda one: str(one)[:24])
def test_a_hostile_document_has_one_clear_outcome(name: str, data: bytes) -> None:
    with Sandbox() as sandbox:
        try:
            found = sandbox.read("application/pdf", data)
        except SandboxError:
            return
        assert (found.text is None) == (found.reason is not None)


def test_what_was_left_out_is_a_concern() -> None:
    document = opened()
    chain = document.make_stream(b"x" * 99)
    chain.Filter = Array([Name.FlateDecode] * 60)
    document.Root.AcroForm = Dictionary(XFA=chain)
    assert Concern.INCOMPLETE.value in read(document).concerns


def test_a_document_without_its_table_is_read_and_said_to_be_damaged() -> None:
    whole = make([Page(lines("kept words"))])
    found = PdfReader().read(whole[: whole.rindex(b"xref")])
    assert found.concerns == (Concern.DAMAGED.value,)


@pytest.mark.slow
def test_ten_thousand_pages_are_read() -> None:
    data = make([Page(lines(f"Leaf {number}")) for number in range(10_000)])
    with Sandbox() as sandbox:
        found = sandbox.read("application/pdf", data)
    assert found.text is not None
    assert found.text.text.endswith("Leaf 9999")
    assert len(found.text.pages) == 10_000


def test_pages_beyond_the_time_are_counted_and_a_concern() -> None:
    data = make([Page(lines(f"Leaf {number}")) for number in range(3)])
    found = PdfReader(cpu_seconds=0.0).read(data)
    assert found.metadata["unread-pages"] == "3"
    assert {Concern.INCOMPLETE.value, Concern.UNRECOGNISED.value} <= set(found.concerns)
