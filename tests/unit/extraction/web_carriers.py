"""Pages, books, packets and tables with a name in every place; `N` stands for the name."""

from __future__ import annotations

import json
import quopri
from collections.abc import Callable, Mapping

from tests.unit.extraction import office_maker, tnef_maker
from tests.unit.extraction.rare_carriers import filled

_HTML = """<!-- N --><!doctype html><html lang="en"><head><title>N</title>
<meta name="author" content="N"><meta name="description" content="N">
<meta property="og:title" content="N"><link rel="author" href="http://x.example/N">
<script>var a = "N"; // N</script><script type="application/ld+json">{"name": "N"}</script>
<style>.a::after { content: "N" }</style></head><body data-who="N" onload="f('N')">
<p>KEPT.</p><p title="N" aria-label="N">N</p><div hidden>N</div><div style="display:none">N</div>
<span style="font-size:0">N</span><img alt="N" src="data:image/svg+xml;base64,BASE64">
<iframe srcdoc="N"></iframe><a href="mailto:a@post.example?subject=N">write</a>
<a href="data:text/plain,N" download="N.txt">take</a><input type="hidden" value="N">
<input value="N" placeholder="N"><select><option value="N" label="N">N</option></select>
<template>N</template><noscript>N</noscript><textarea>N</textarea><object data="N">N</object>
<details><summary>more</summary>N</details><dialog>N</dialog><canvas>N</canvas>
<svg><title>N</title><desc>N</desc><text>N</text><metadata>N</metadata></svg><ruby>a<rt>N</rt></ruby>
<?pi N?><![CDATA[N]]><map><area alt="N"></map><!--[if IE]><p>N</p><![endif]--></body></html>
<!-- N -->"""
_ARCHIVED = """From: <Saved by N>
Snapshot-Content-Location: http://x.example/N
Subject: =?utf-8?B?BASE64?=
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="s"

--s
Content-Type: text/html; charset=utf-8
Content-ID: <N>
Content-Location: http://x.example/N
Content-Transfer-Encoding: quoted-printable

PAGE
--s
Content-Type: text/css
Content-Location: cid:N
Content-Transfer-Encoding: base64

BASE64
--s
Content-Type: image/svg+xml
Content-Location: N.svg

<svg xmlns="http://www.w3.org/2000/svg"><title>N</title><text>N</text></svg>
--s--
"""
_DRAFT = """From: =?utf-8?B?BASE64?= <a@post.example>
To: =?utf-8?B?BASE64?= <b@post.example>
Subject: =?utf-8?B?BASE64?=
Content-Type: multipart/mixed; boundary="o"

N
--o
Content-Type: text/plain; charset=utf-8

KEPT.
N
--o
Content-Type: message/rfc822
Content-Description: =?utf-8?B?BASE64?=

From: =?utf-8?B?BASE64?= <c@post.example>
Subject: =?utf-8?B?BASE64?=
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

BASE64
--o
Content-Type: message/delivery-status

Diagnostic-Code: smtp; N
--o
Content-Type: message/external-body; access-type=URL; URL="http://x.example/N"

N
--o--
N
"""
_BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>""",
    "book.opf": """<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>N</dc:identifier><dc:title>N</dc:title>
<dc:creator>N</dc:creator><dc:rights>N</dc:rights><dc:description>N</dc:description>
<meta name="x" content="N"/></metadata><manifest><item id="a" href="a.xhtml"
 media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine><guide>
<reference title="N" href="a.xhtml"/></guide></package>""",
    "a.xhtml": """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>N</title></head><body>
<p>KEPT.</p><p>N</p><!-- N --><p style="display:none">N</p><img alt="N" src="q.svg"/></body>
</html>""",
    "unlisted.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body>N</body></html>',
    "toc.ncx": """<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><docTitle><text>N</text>
</docTitle><navMap><navPoint><navLabel><text>N</text></navLabel></navPoint></navMap></ncx>""",
    "s.css": '.a::after { content: "N" }',
    "s.js": 'var a = "N"',
    "q.svg": '<svg xmlns="http://www.w3.org/2000/svg"><title>N</title><text>N</text></svg>',
    "N.txt": "N",
}
_PACKET = {
    "readme.txt": "KEPT.\nN",
    "N/N.txt": "in a folder N",
    "N/": "",
    "table.csv": 'id,first,last,note\n1,FIRST,LAST,"N"\n2,Rolf,Ende,KEPT.\n',
    "notes.md": "---\ntitle: N\n---\n# N\n\nKEPT.\n<!-- N -->\n[N](http://x.example/N 'N')\n",
    "tree.xml": "<!DOCTYPE r [<!ENTITY w 'N'>]><!-- N --><r who='N'><b>N</b>&w;<?pi N?></r>",
    "data.json": json.dumps({"title": "N", "N": 1, "code": "BASE64", "kept": "KEPT."}),
}


def page(name: str) -> bytes:
    """Return a web page."""
    return filled(_HTML, name).encode()


def archived(name: str) -> bytes:
    """Return a page as browsers save it (RFC 2557)."""
    quoted = quopri.encodestring(page(name)).decode()
    return filled(_ARCHIVED, name).replace("PAGE", quoted).encode()


def draft(name: str) -> bytes:
    """Return a mail that encloses another; neither has a date or an identifier."""
    return filled(_DRAFT, name).encode()


def book(name: str) -> bytes:
    """Return an EPUB."""
    return _package(_BOOK, name)


def packet(name: str) -> bytes:
    """Return a ZIP file with names and files of text in it."""
    return _package(_PACKET, name)


def winmail(name: str) -> bytes:
    """Return a message of Outlook with the name in each property and in a file."""
    known = (tnef_maker.SUBJECT, tnef_maker.SENDER, 0x0E04, 0x0042, 0x1035, 0x3FFA, 0x0070)
    message: dict[int, str | bytes] = dict.fromkeys(known, name)
    message[tnef_maker.BODY] = filled("KEPT.\nN", name)
    message[tnef_maker.HTML] = f"<p>{name}</p>".encode()
    return tnef_maker.make_tnef(message, [(f"{name}.txt", name.encode())])


def _package(parts: Mapping[str, str], name: str) -> bytes:
    first, last = name.split()
    held: dict[str, str | bytes] = {
        filled(part, name): filled(content, name).replace("FIRST", first).replace("LAST", last)
        for part, content in parts.items()
    }
    return office_maker.make_zip(held, stored=("mimetype",))


MAKERS: dict[str, Callable[[str], bytes]] = {
    "page": page,
    "archived page": archived,
    "draft": draft,
    "book": book,
    "packet": packet,
    "winmail": winmail,
}
