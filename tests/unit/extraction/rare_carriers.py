"""Documents with a name in the places that few programs show; `N` stands for the name."""

from __future__ import annotations

import base64
import io
import quopri
import zipfile
from collections.abc import Mapping

from tests.unit.extraction import office_maker

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_SMART = f"""<dgm:dataModel xmlns:dgm="urn:dgm" xmlns:a="{_A}"><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r>
<a:t>N</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"""
_CHART = f"""<c:chartSpace xmlns:c="urn:c" xmlns:a="{_A}"><c:cat><c:strRef><c:f>Sheet1!$A</c:f>
<c:strCache><c:pt><c:v>N</c:v></c:pt></c:strCache></c:strRef></c:cat></c:chartSpace>"""
DOCX = {
    "word/glossary/document.xml": f"""<w:glossaryDocument xmlns:w="{_W}"><w:docParts><w:docPart>
<w:docPartPr><w:name w:val="N"/></w:docPartPr><w:docPartBody><w:p><w:r><w:t>N</w:t></w:r></w:p>
</w:docPartBody></w:docPart></w:docParts></w:glossaryDocument>""",
    "word/ink/ink1.xml": '<ink xmlns="urn:ink"><annotation type="author">N</annotation></ink>',
    "word/printerSettings/p1.bin": "N",
    "word/fonts/font1.odttf": "N",
    "word/webSettings.xml": f'<w:webSettings xmlns:w="{_W}"><w:name w:val="N"/></w:webSettings>',
    "word/numbering.xml": f'<w:numbering xmlns:w="{_W}"><w:lvlText w:val="N %1"/></w:numbering>',
    "word/styles.xml": f'<w:styles xmlns:w="{_W}"><w:name w:val="N"/></w:styles>',
    "word/diagrams/data1.xml": _SMART,
    "word/charts/chart1.xml": _CHART,
    "word/afchunk.htm": "<p>N in a chunk</p>",
    "customXml/item2.xml": '<a n="N">N</a>',
    "customXml/item3.xml": "<a><b>N</b></a>",
    "docProps/thumbnail.emf": "N",
    "[trash]/0000.dat": "N",
}
_RULES = """<conditionalFormatting sqref="A1"><cfRule type="containsText" text="N"><formula>
NOT(ISERROR(SEARCH("N",A1)))</formula></cfRule></conditionalFormatting><dataValidations>
<dataValidation type="list" sqref="A1" errorTitle="N" error="N" promptTitle="N"><formula1>"N,Other"
</formula1></dataValidation></dataValidations><autoFilter ref="A1"><filterColumn colId="0"><filters>
<filter val="N"/></filters></filterColumn></autoFilter><protectedRanges><protectedRange name="N"/>
</protectedRanges><scenarios><scenario name="N" user="N" comment="N"><inputCells r="A1" val="N"/>
</scenario></scenarios><hyperlinks><hyperlink ref="A1" location="'N'!A1" tooltip="N" display="N"/>
</hyperlinks><headerFooter><evenFooter>&amp;RN</evenFooter></headerFooter>"""
XLSX = {
    "xl/worksheets/sheet3.xml": f"""<worksheet xmlns="{_S}"><sheetData><row r="1"><c r="A1"><f>
IF(B1="N",1,0)</f><v>1</v></c></row></sheetData>{_RULES}</worksheet>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{_S}"><numFmts><numFmt numFmtId="164"
 formatCode="&quot;N&quot; 0"/></numFmts><cellStyles><cellStyle name="N"/></cellStyles>
</styleSheet>""",
    "xl/threadedComments/t1.xml": """<ThreadedComments xmlns="urn:t"><threadedComment><text>N said
</text></threadedComment></ThreadedComments>""",
    "xl/persons/person.xml": """<personList xmlns="urn:t"><person displayName="N" userId="N"/>
</personList>""",
    "xl/revisions/revisionLog1.xml": f"""<revisions xmlns="{_S}"><rcc><nc t="inlineStr"><is><t>N</t>
</is></nc><oc t="inlineStr"><is><t>N</t></is></oc></rcc></revisions>""",
    "xl/revisions/userNames.xml": f'<users xmlns="{_S}"><userInfo name="N"/></users>',
    "xl/connections.xml": f"""<connections xmlns="{_S}"><connection name="N" description="N">
<dbPr connection="User=N" command="select 'N'"/></connection></connections>""",
    "xl/tables/table1.xml": f"""<table xmlns="{_S}" name="t" displayName="N"><tableColumns>
<tableColumn name="N"/></tableColumns></table>""",
    "xl/slicers/slicer1.xml": '<slicers xmlns="urn:s"><slicer name="N" caption="N"/></slicers>',
    "xl/pivotCache/pivotCacheRecords1.xml": f"""<pivotCacheRecords xmlns="{_S}"><r><s v="N"/></r>
</pivotCacheRecords>""",
    "xl/printerSettings/p.bin": "N",
    "xl/charts/chart1.xml": _CHART,
    "customXml/item2.xml": '<a n="N">N</a>',
}
PPTX = {
    "ppt/handoutMasters/handoutMaster1.xml": f"""<p:handoutMaster xmlns:p="{_P}" xmlns:a="{_A}">
<a:p><a:fld type="author"><a:t>N</a:t></a:fld></a:p></p:handoutMaster>""",
    "ppt/slideLayouts/slideLayout1.xml": f"""<p:sldLayout xmlns:p="{_P}" xmlns:a="{_A}"><p:cSld
 name="N"><a:p><a:r><a:t>N</a:t></a:r></a:p></p:cSld></p:sldLayout>""",
    "ppt/tags/tag1.xml": f'<p:tagLst xmlns:p="{_P}"><p:tag name="WHO" val="N"/></p:tagLst>',
    "ppt/comments/modernComment_1.xml": f"""<c:cmLst xmlns:c="urn:c" xmlns:a="{_A}"><c:cm
 authorId="N"><c:txBody><a:p><a:r><a:t>N replied</a:t></a:r></a:p></c:txBody></c:cm></c:cmLst>""",
    "ppt/authors.xml": '<c:authorLst xmlns:c="urn:c"><c:author name="N" userId="N"/></c:authorLst>',
    "ppt/diagrams/data1.xml": _SMART,
    "ppt/charts/chart1.xml": _CHART,
    "ppt/fonts/font1.fntdata": "N",
    "docProps/thumbnail.jpeg": "N",
    "customXml/item2.xml": '<a n="N">N</a>',
}
ODT = {
    "settings.xml": "<settings><item>N</item></settings>",
    "Configurations2/menubar/m.xml": "<menu>N</menu>",
    "META-INF/documentsignatures.xml": "<signatures><name>N</name></signatures>",
    "manifest.rdf": "<rdf>N</rdf>",
    "Thumbnails/thumbnail.png": "N",
    "Object 1/content.xml": f"""<office:document-content xmlns:office="{_ODF}office:1.0"
 xmlns:text="{_ODF}text:1.0"><office:body><text:p>N</text:p></office:body>
</office:document-content>""",
    "Basic/Standard/Module1.xml": "<module>' by N</module>",
}
_SHEET = """<table:content-validations><table:content-validation table:name="N"><table:help-message
 table:title="N"><text:p>N</text:p></table:help-message></table:content-validation>
</table:content-validations><table:table table:name="N" table:display="false"><table:table-row
 table:visibility="collapse"><table:table-cell table:formula="of:=IF([.A2]=&quot;N&quot;;1;0)"
 office:string-value="N"><text:p>KEPT</text:p><office:annotation><dc:creator>N</dc:creator><text:p>N
</text:p></office:annotation></table:table-cell></table:table-row></table:table>
<table:named-expressions><table:named-range table:name="N"/></table:named-expressions>
<table:database-ranges><table:database-range table:name="N"/></table:database-ranges>
<table:tracked-changes><table:cell-content-change><table:previous><table:change-track-table-cell
 office:string-value="N"><text:p>N</text:p></table:change-track-table-cell></table:previous>
</table:cell-content-change></table:tracked-changes>"""
_SLIDES = """<draw:page draw:name="N"><draw:frame draw:name="N"><draw:text-box><text:p>KEPT</text:p>
<text:p>N</text:p></draw:text-box><svg:title>N</svg:title><svg:desc>N</svg:desc>
<draw:image xlink:href="Pictures/N.png"/></draw:frame><presentation:notes><draw:frame>
<draw:text-box><text:p>N</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"""
_RTF = r"""{\rtf1\ansi{\fonttbl{\f0 N;}}{\stylesheet{\s1 N;}}{\info{\title N}{\author N}
{\operator N}{\doccomm N}{\company N}{\manager N}{\userprops{\propname N}\proptype30{\staticval N}}}
{\header N}{\footer N}{\footnote N}{\v N}{\deleted N}{\*\bkmkstart N}{\*\atnauthor N}{\annotation N}
{\*\revtbl{Unknown;}{N;}}{\field{\*\fldinst HYPERLINK "http://x/N"}{\fldrslt N}}{\*\unknown N}
{\shp{\*\shpinst{\sp{\sn wzDescription}{\sv N}}{\shptxt N}}}\par KEPT.\par}"""
_MAIL = """Received: from N (N [10.0.0.1]) by post.example for <N>
Return-Path: <N>
DKIM-Signature: v=1; d=post.example; i=N; b=abc
From: "N" <N@post.example>
Sender: N
Reply-To: N
To: =?utf-8?B?BASE64?= <a@post.example>
Cc: =?utf-8?Q?QUOTED?= <c@post.example>
Subject: About =?utf-8?Q?QUOTED?=
Message-ID: <N@post.example>
References: <N@post.example>
List-Id: N
X-Mailer: N
X-Sender: N
Organization: N
Keywords: N
Thread-Topic: N
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="s"

before N
--s
Content-Type: multipart/alternative; boundary="t"

--t
Content-Type: text/plain; charset=utf-8

KEPT.

Yours, N
--t
Content-Type: text/html

<p title="N">KEPT.<!-- N --><span hidden>N</span><img alt="N"></p>
--t--
--s
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64
Content-Description: N

BASE64
--s
Content-Type: text/calendar; name="N.ics"

BEGIN:VCALENDAR
SUMMARY:N
ATTENDEE;CN="N":mailto:x@post.example
END:VCALENDAR
--s
Content-Type: message/rfc822
Content-Description: N

From: N <x@post.example>
To: c@post.example
Subject: N

N again.
--s--
after N
"""


def filled(template: str, name: str) -> str:
    """Put the name where `N` stands by itself, and what it is in codes where their names do."""
    coded = base64.b64encode(name.encode()).decode()
    quoted = quopri.encodestring(name.encode(), header=True).decode()
    words = {"BASE64": coded, "QUOTED": quoted, "KEPT": "A visible sentence stays"}
    for word, stands in words.items():
        template = template.replace(word, stands)
    return _named(template, name)


def _named(template: str, name: str) -> str:
    """Put the name where `N` stands by itself."""
    pieces = template.split("N")
    out = pieces[0]
    for piece in pieces[1:]:
        beside = (out[-1:], piece[:1])
        inside = any(one.isalnum() for one in beside if one)
        out += ("N" if inside else name) + piece
    return out


def package(base: bytes, parts: Mapping[str, str], name: str) -> bytes:
    """Return a container with more parts, in which the name stands where `N` does."""
    with zipfile.ZipFile(io.BytesIO(base)) as held:
        found: dict[str, str | bytes] = {one: held.read(one) for one in held.namelist()}
    return office_maker.make_zip(
        found | {part: filled(content, name) for part, content in parts.items()},
        stored=("mimetype",),
    )


def open_document(kind: str, body: str, name: str) -> bytes:
    """Return an OpenDocument file with one body."""
    spaces = " ".join(
        f'xmlns:{one}="{_ODF}{one}:1.0"' for one in ("office", "text", "table", "presentation")
    )
    spaces += f' xmlns:draw="{_ODF}drawing:1.0" xmlns:svg="{_ODF}svg-compatible:1.0"'
    spaces += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    spaces += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    content = f"<office:body><office:{kind}>{filled(body, name)}</office:{kind}></office:body>"
    parts: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"<office:document-content {spaces}>{content}</office:document-content>",
    }
    return office_maker.make_zip(parts, stored=("mimetype",))


def made(kind: str, name: str) -> bytes:
    """Return a document of a kind with the name in every carrier."""
    if kind == "ods":
        return open_document("spreadsheet", _SHEET, name)
    if kind == "odp":
        return open_document("presentation", _SLIDES, name)
    if kind in ("rtf", "mail"):
        return filled(_RTF if kind == "rtf" else _MAIL, name).encode()
    base, places, more = {
        "docx": (office_maker.docx, office_maker.DOCX, DOCX),
        "xlsx": (office_maker.xlsx, office_maker.XLSX, XLSX),
        "pptx": (office_maker.pptx, office_maker.PPTX, PPTX),
        "odt": (office_maker.odt, office_maker.ODT, ODT),
    }[kind]
    return package(base(dict.fromkeys(places, name)), more, name)


def carriers(data: bytes, name: str) -> int:
    """Return in how many places of a document the name stands."""
    if not data.startswith(b"PK"):
        return data.count(name.encode())
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        parts = [held.read(one) for one in held.namelist()]
    return sum(part.count(name.encode()) for part in parts)
