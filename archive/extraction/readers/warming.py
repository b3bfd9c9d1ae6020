"""Documents of our own making that a virtual machine reads before it is inherited.

What is prepared for one document of a kind is prepared for all later ones: the parsers' classes,
and tables of fonts and characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf

_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_TYPE = "application/vnd.openxmlformats-officedocument."
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/"
_RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
_SCHEMAS = "http://schemas.openxmlformats.org/"
_WORD = (
    f'<w:document xmlns:w="{_SCHEMAS}wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>warm</w:t></w:r></w:p></w:body></w:document>"
)
_EXCEL = f'<workbook xmlns="{_SCHEMAS}spreadsheetml/2006/main"><sheets/></workbook>'
_POWERPOINT = (
    f'<p:presentation xmlns:p="{_SCHEMAS}presentationml/2006/main">'
    '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
)
_MAIN = {
    # of ISO/IEC 29500-1: the main part of a package, its content type, and the least it may hold
    "word/document.xml": ("wordprocessingml.document.main", _WORD),
    "xl/workbook.xml": ("spreadsheetml.sheet.main", _EXCEL),
    "ppt/presentation.xml": ("presentationml.presentation.main", _POWERPOINT),
}
_OPEN_DOCUMENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
    "<text:p>warm</text:p></office:text></office:body></office:document-content>"
)


def office_samples() -> Iterator[bytes]:
    """Yield a small document of each common kind."""
    for part, (kind, content) in _MAIN.items():
        yield _package(part, kind, content)
    yield _zipped(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": _OPEN_DOCUMENT}
    )


def _package(part: str, kind: str, content: str) -> bytes:
    return _zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}content-types"><Default '
            f'Extension="rels" ContentType="{_RELATIONS}"/><Override PartName="/{part}" '
            f'ContentType="{_TYPE}{kind}+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}relationships/officeDocument" Target="{part}"/></Relationships>',
            part: content,
        }
    )


def _zipped(parts: Mapping[str, str]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return made.getvalue()


def pdf_samples() -> Iterator[bytes]:
    """Yield a small PDF."""
    made = BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(200, 200))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = document.make_stream(b"BT /F1 12 Tf 20 100 Td (warm) Tj ET")
        document.save(made)
    yield made.getvalue()
