"""Writes small office documents in which every carrier of words holds a name of its own."""

from __future__ import annotations

import io
import zipfile

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_RELATIONS = f"{_OFFICE}/relationships"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_V = "urn:schemas-microsoft-com:vml"
_R = _RELATIONS
_KIND = "application/vnd.openxmlformats-officedocument."

DOCX = {
    "body": "Aram Bodyfield",
    "split-runs": "Binna Splitrun",
    "header": "Choi Headerson",
    "footer": "Dasom Footerby",
    "footnote": "Eun Footnoteley",
    "endnote": "Fyodor Endnoteov",
    "comment": "Gyuri Commentin",
    "comment-author": "Haneul Annotator",
    "insertion-author": "Iseul Inserter",
    "deletion-author": "Jiho Deleter",
    "deleted-words": "Kyung Struckout",
    "moved-words": "Lan Movedfrom",
    "text-box": "Minji Boxley",
    "alternative-text": "Nari Pictured",
    "hidden-words": "Okja Vanisher",
    "custom-property": "Pyo Customary",
    "field-code": "Rim Fieldcode",
    "document-variable": "Sora Variable",
    "link-target": "tae.hyperlink@example.org",
    "bound-data": "Ulan Boundly",
    "content-control": "Vera Placeholder",
    "title": "Market day",
    "last-modified-by": "Wonho Lastsave",
    "company": "Xenon Trading House",
    "manager": "Yuna Manager",
    "person": "zo.presence@example.org",
}
XLSX = {
    "cell": "Areum Cellini",
    "rich-cell": "Bora Richtext",
    "hidden-sheet": "Chul Hiddensheet",
    "hidden-sheet-name": "Duri Sheetname",
    "comment": "Eunji Notewell",
    "comment-author": "Farid Cellauthor",
    "header": "Gaon Printhead",
    "custom-property": "Hyun Customcell",
    "text-box": "Inho Shapetext",
    "alternative-text": "Jaemin Altcell",
    "defined-name": "Kwon_Definedname",
    "pivot-cache": "Lee Pivotcache",
    "validation-prompt": "Mina Validator",
    "inline-cell": "Namgyu Inliner",
    "phone-number": "821055501234",
    "linked-value": "Ohwon Cachedlink",
}
PPTX = {
    "slide": "Ahn Slideman",
    "hidden-slide": "Baek Hiddenslide",
    "notes": "Cha Speakernote",
    "master": "Do Masterslide",
    "comment": "Eo Slidecomment",
    "comment-author": "Feng Slideauthor",
    "alternative-text": "Gil Altslide",
    "table": "Ham Tablecell",
    "custom-property": "Im Customslide",
}
ODT = {
    "body": "Ara Odtbody",
    "header": "Baram Odthead",
    "footer": "Chan Odtfoot",
    "footnote": "Deok Odtnote",
    "comment": "Eunbi Odtremark",
    "comment-author": "Fatima Odtauthor",
    "deleted-words": "Gwang Odtdeleted",
    "change-author": "Hoon Odtchanger",
    "text-box": "Ilsung Odtbox",
    "alternative-text": "Jina Odtalt",
    "hidden-words": "Kang Odthidden",
    "custom-property": "Lim Odtcustom",
    "split-runs": "Mun Odtsplit",
}


def make_zip(parts: dict[str, str | bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """Return a zip container; those named in `stored` are not compressed."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            package.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return held.getvalue()


def relations(*entries: tuple[str, str], external: tuple[tuple[str, str], ...] = ()) -> str:
    """Return a part of relationships: kinds (short, or whole addresses) and targets."""
    lines = []
    for number, (kind, target) in enumerate([*entries, *external]):
        mode = ' TargetMode="External"' if number >= len(entries) else ""
        address = kind if ":" in kind else f"{_RELATIONS}/{kind}"
        lines.append(f'<Relationship Id="r{number + 1}" Type="{address}" Target="{target}"{mode}/>')
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def _types(overrides: dict[str, str]) -> str:
    listed = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items()
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        f'<Default Extension="bin" ContentType="{_KIND}oleObject"/>{listed}</Types>'
    )


def _properties(names: dict[str, str]) -> dict[str, str]:
    core = (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>Market day</dc:title><dc:creator>Quill Author</dc:creator>"
        f"<cp:lastModifiedBy>{names.get('last-modified-by', 'Somebody')}</cp:lastModifiedBy>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2024-03-05T09:00:00Z</dcterms:created>'
        "</cp:coreProperties>"
    )
    app = (
        f'<Properties xmlns="{_OFFICE}/extended-properties">'
        f"<Company>{names.get('company', 'None')}</Company>"
        f"<Manager>{names.get('manager', 'None')}</Manager></Properties>"
    )
    custom = (
        f'<Properties xmlns="{_OFFICE}/custom-properties" '
        f'xmlns:vt="{_OFFICE}/docPropsVTypes"><property pid="2" name="handler" '
        'fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}">'
        f"<vt:lpwstr>{names['custom-property']}</vt:lpwstr></property></Properties>"
    )
    return {"docProps/core.xml": core, "docProps/app.xml": app, "docProps/custom.xml": custom}


def _root(main: str) -> str:
    return relations(
        ("officeDocument", main),
        (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ("extended-properties", "docProps/app.xml"),
        ("custom-properties", "docProps/custom.xml"),
    )


def _paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def _halves(name: str) -> tuple[str, str]:
    return name[:7], name[7:]


def docx(names: dict[str, str] | None = None, extra: dict[str, str | bytes] | None = None) -> bytes:
    """Return a Word document with `names` in their carriers and `extra` parts."""
    n = DOCX if names is None else names
    first, second = _halves(n["split-runs"])
    spaces = f'xmlns:w="{_W}" xmlns:r="{_R}" xmlns:wp="{_WP}" xmlns:wps="{_WPS}" xmlns:a="{_A}"'
    body = f"""<w:document {spaces}><w:body>
{_paragraph(n["body"])}
<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{first}</w:t></w:r><w:r><w:t>{second}</w:t></w:r></w:p>
<w:p><w:r><w:t>Rice</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t> rose</w:t>
</w:r><w:r><w:endnoteReference w:id="2"/></w:r><w:commentRangeStart w:id="0"/>
<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>
<w:p><w:ins w:id="5" w:author="{n["insertion-author"]}"><w:r><w:t>put in</w:t></w:r></w:ins>
<w:del w:id="6" w:author="{n["deletion-author"]}"><w:r><w:delText>{n["deleted-words"]}</w:delText>
</w:r></w:del>
<w:moveFrom w:id="7" w:author="x"><w:r><w:t>{n["moved-words"]}</w:t></w:r></w:moveFrom>
</w:p><w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1"
 descr="{n["alternative-text"]}"/><a:graphic><a:graphicData><wps:wsp><wps:txbx><w:txbxContent>
{_paragraph(n["text-box"])}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic>
</wp:inline></w:drawing></w:r></w:p>
<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{n["hidden-words"]}</w:t></w:r></w:p>
<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> QUOTE "{n["field-code"]}"
</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>
<w:sdt><w:sdtPr><w:alias w:val="{n["content-control"]}"/></w:sdtPr><w:sdtContent>
{_paragraph("a control")}</w:sdtContent></w:sdt>
<w:p><w:hyperlink r:id="r7"><w:r><w:t>write</w:t></w:r></w:hyperlink></w:p>
<w:sectPr><w:headerReference w:type="default" r:id="r1"/>
<w:footerReference w:type="default" r:id="r2"/></w:sectPr></w:body></w:document>"""
    kind = f"{_KIND}wordprocessingml."
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _types(
            {
                "word/document.xml": f"{kind}document.main+xml",
                **{
                    f"word/{name}.xml": f"{kind}{name.rstrip('1')}+xml"
                    for name in ("header1", "footer1", "footnotes", "endnotes", "comments")
                },
                "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
                "docProps/app.xml": f"{_KIND}extended-properties+xml",
                "docProps/custom.xml": f"{_KIND}custom-properties+xml",
            }
        ),
        "_rels/.rels": _root("word/document.xml"),
        "word/document.xml": body,
        "word/_rels/document.xml.rels": relations(
            ("header", "header1.xml"),
            ("footer", "footer1.xml"),
            ("footnotes", "footnotes.xml"),
            ("endnotes", "endnotes.xml"),
            ("comments", "comments.xml"),
            ("settings", "settings.xml"),
            external=(("hyperlink", f"mailto:{n['link-target']}"),),
        ),
        "word/header1.xml": f"<w:hdr {spaces}>{_paragraph(n['header'])}</w:hdr>",
        "word/footer1.xml": f"<w:ftr {spaces}>{_paragraph(n['footer'])}</w:ftr>",
        "word/footnotes.xml": f'<w:footnotes {spaces}><w:footnote w:id="2">'
        f"{_paragraph(n['footnote'])}</w:footnote></w:footnotes>",
        "word/endnotes.xml": f'<w:endnotes {spaces}><w:endnote w:id="2">'
        f"{_paragraph(n['endnote'])}</w:endnote></w:endnotes>",
        "word/comments.xml": f'<w:comments {spaces}><w:comment w:id="0" w:initials="HA" '
        f'w:author="{n["comment-author"]}">{_paragraph(n["comment"])}</w:comment></w:comments>',
        "word/settings.xml": f'<w:settings {spaces}><w:docVars><w:docVar w:name="handler" '
        f'w:val="{n["document-variable"]}"/></w:docVars></w:settings>',
        "word/people.xml": '<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/'
        f'wordml"><w15:person w15:author="x"><w15:presenceInfo w15:userId="{n["person"]}"/>'
        "</w15:person></w15:people>",
        "customXml/item1.xml": f'<form xmlns="urn:example:form" who="{n["bound-data"]}"/>',
        **_properties(n),
    }
    return make_zip(parts | (extra or {}))


def xlsx(names: dict[str, str] | None = None) -> bytes:
    """Return an Excel workbook with `names` in their carriers."""
    n = XLSX if names is None else names
    first, second = _halves(n["rich-cell"])
    kind = f"{_KIND}spreadsheetml."
    workbook = f"""<workbook xmlns="{_S}" xmlns:r="{_R}"><sheets>
<sheet name="Prices" sheetId="1" r:id="r1"/>
<sheet name="{n["hidden-sheet-name"]}" sheetId="2" state="veryHidden" r:id="r2"/></sheets>
<definedNames><definedName name="{n["defined-name"]}">Prices!$A$1</definedName></definedNames>
</workbook>"""
    sheet = f"""<worksheet xmlns="{_S}" xmlns:r="{_R}"><sheetData><row r="1">
<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>
<c r="C1" t="inlineStr"><is><t>{n["inline-cell"]}</t></is></c>
<c r="D1"><v>{n["phone-number"]}</v></c></row></sheetData><dataValidations count="1">
<dataValidation sqref="A1" prompt="{n["validation-prompt"]}"/></dataValidations>
<headerFooter><oddHeader>&amp;L{n["header"]}</oddHeader></headerFooter></worksheet>"""
    hidden = f"""<worksheet xmlns="{_S}"><sheetData><row r="1"><c r="A1" t="s"><v>2</v></c></row>
</sheetData></worksheet>"""
    return make_zip(
        {
            "[Content_Types].xml": _types(
                {
                    "xl/workbook.xml": f"{kind}sheet.main+xml",
                    "xl/worksheets/sheet1.xml": f"{kind}worksheet+xml",
                    "xl/worksheets/sheet2.xml": f"{kind}worksheet+xml",
                    "xl/sharedStrings.xml": f"{kind}sharedStrings+xml",
                    "xl/comments1.xml": f"{kind}comments+xml",
                }
            ),
            "_rels/.rels": _root("xl/workbook.xml"),
            "xl/workbook.xml": workbook,
            "xl/_rels/workbook.xml.rels": relations(
                ("worksheet", "worksheets/sheet1.xml"),
                ("worksheet", "worksheets/sheet2.xml"),
                ("sharedStrings", "sharedStrings.xml"),
            ),
            "xl/worksheets/sheet1.xml": sheet,
            "xl/worksheets/sheet2.xml": hidden,
            "xl/worksheets/_rels/sheet1.xml.rels": relations(("comments", "../comments1.xml")),
            "xl/sharedStrings.xml": f'<sst xmlns="{_S}"><si><t>{n["cell"]}</t></si><si><r><rPr>'
            f"<b/></rPr><t>{first}</t></r><r><t>{second}</t></r></si>"
            f"<si><t>{n['hidden-sheet']}</t></si></sst>",
            "xl/comments1.xml": f'<comments xmlns="{_S}"><authors><author>{n["comment-author"]}'
            '</author></authors><commentList><comment ref="A1" authorId="0"><text><t>'
            f"{n['comment']}</t></text></comment></commentList></comments>",
            "xl/drawings/drawing1.xml": f'<xdr:wsDr xmlns:xdr="urn:x" xmlns:a="{_A}"><xdr:sp>'
            f'<xdr:cNvPr id="1" name="Shape 1" descr="{n["alternative-text"]}"/><a:p><a:r><a:t>'
            f"{n['text-box']}</a:t></a:r></a:p></xdr:sp></xdr:wsDr>",
            "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition xmlns="{_S}">'
            f'<cacheFields><cacheField name="who"><sharedItems><s v="{n["pivot-cache"]}"/>'
            "</sharedItems></cacheField></cacheFields></pivotCacheDefinition>",
            "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{_S}"><externalBook>'
            '<sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1" t="str"><v>'
            f"{n['linked-value']}</v></cell></row></sheetData></sheetDataSet></externalBook>"
            "</externalLink>",
            **_properties(n),
        }
    )


def pptx(names: dict[str, str] | None = None) -> bytes:
    """Return a PowerPoint presentation with `names` in their carriers."""
    n = PPTX if names is None else names
    kind = f"{_KIND}presentationml."
    spaces = f'xmlns:p="{_P}" xmlns:a="{_A}" xmlns:r="{_R}"'

    def shapes(words: str, described: str = "", rest: str = "") -> str:
        return (
            f'<p:cSld><p:spTree><p:sp><p:nvSpPr><p:cNvPr id="2" name="Title 1" descr="{described}"'
            f"/></p:nvSpPr><p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>"
            f"{rest}</p:spTree></p:cSld>"
        )

    table = (
        "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>"
        f"{n['table']}</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></a:graphicData>"
        "</a:graphic></p:graphicFrame>"
    )
    return make_zip(
        {
            "[Content_Types].xml": _types(
                {
                    "ppt/presentation.xml": f"{kind}presentation.main+xml",
                    "ppt/slides/slide1.xml": f"{kind}slide+xml",
                    "ppt/slides/slide2.xml": f"{kind}slide+xml",
                    "ppt/slideMasters/slideMaster1.xml": f"{kind}slideMaster+xml",
                    "ppt/notesSlides/notesSlide1.xml": f"{kind}notesSlide+xml",
                }
            ),
            "_rels/.rels": _root("ppt/presentation.xml"),
            "ppt/presentation.xml": f"<p:presentation {spaces}><p:sldMasterIdLst><p:sldMasterId "
            'r:id="r3"/></p:sldMasterIdLst><p:sldIdLst><p:sldId id="256" r:id="r1"/>'
            '<p:sldId id="257" r:id="r2"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": relations(
                ("slide", "slides/slide1.xml"),
                ("slide", "slides/slide2.xml"),
                ("slideMaster", "slideMasters/slideMaster1.xml"),
            ),
            "ppt/slides/slide1.xml": f"<p:sld {spaces}>"
            f"{shapes(n['slide'], n['alternative-text'], table)}</p:sld>",
            "ppt/slides/_rels/slide1.xml.rels": relations(
                ("notesSlide", "../notesSlides/notesSlide1.xml")
            ),
            "ppt/slides/slide2.xml": f'<p:sld {spaces} show="0">'
            f"{shapes(n['hidden-slide'])}</p:sld>",
            "ppt/slideMasters/slideMaster1.xml": f"<p:sldMaster {spaces}>{shapes(n['master'])}"
            "</p:sldMaster>",
            "ppt/notesSlides/notesSlide1.xml": f"<p:notes {spaces}>{shapes(n['notes'])}</p:notes>",
            "ppt/commentAuthors.xml": f'<p:cmAuthorLst {spaces}><p:cmAuthor id="0" '
            f'name="{n["comment-author"]}" initials="F"/></p:cmAuthorLst>',
            "ppt/comments/comment1.xml": f'<p:cmLst {spaces}><p:cm authorId="0"><p:text>'
            f"{n['comment']}</p:text></p:cm></p:cmLst>",
            **_properties(n),
        }
    )


def odt(names: dict[str, str] | None = None, extra: dict[str, str | bytes] | None = None) -> bytes:
    """Return an OpenDocument text with `names` in their carriers and `extra` parts."""
    n = ODT if names is None else names
    first, second = _halves(n["split-runs"])
    base = "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = " ".join(
        [
            *(f'xmlns:{name}="{base}{name}:1.0"' for name in ("office", "text", "style", "meta")),
            f'xmlns:draw="{base}drawing:1.0"',
            f'xmlns:svg="{base}svg-compatible:1.0"',
            'xmlns:dc="http://purl.org/dc/elements/1.1/"',
        ]
    )
    content = f"""<office:document-content {spaces}><office:body><office:text>
<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info>
<dc:creator>{n["change-author"]}</dc:creator></office:change-info>
<text:p>{n["deleted-words"]}</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:h>Market day</text:h><text:p>{n["body"]}<text:change text:change-id="c1"/></text:p>
<text:p>{first}<text:span>{second}</text:span></text:p>
<text:p>Rice<text:note><text:note-citation>1</text:note-citation><text:note-body>
<text:p>{n["footnote"]}</text:p></text:note-body></text:note> rose<office:annotation>
<dc:creator>{n["comment-author"]}</dc:creator><text:p>{n["comment"]}</text:p></office:annotation>
</text:p><text:p><draw:frame draw:name="Frame1"><draw:text-box><text:p>{n["text-box"]}</text:p>
</draw:text-box><svg:desc>{n["alternative-text"]}</svg:desc></draw:frame></text:p>
<text:section text:display="none"><text:p>{n["hidden-words"]}</text:p></text:section>
</office:text></office:body></office:document-content>"""
    styles = f"""<office:document-styles {spaces}><office:master-styles><style:master-page
 style:name="Standard"><style:header><text:p>{n["header"]}</text:p></style:header>
<style:footer><text:p>{n["footer"]}</text:p></style:footer></style:master-page>
</office:master-styles></office:document-styles>"""
    meta = f"""<office:document-meta {spaces}><office:meta><dc:title>Market day</dc:title>
<meta:user-defined meta:name="handler">{n["custom-property"]}</meta:user-defined></office:meta>
</office:document-meta>"""
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": content,
        "styles.xml": styles,
        "meta.xml": meta,
    }
    return make_zip(parts | (extra or {}), stored=("mimetype",))
