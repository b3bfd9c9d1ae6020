"""What a file is, told by its first bytes alone: names and declared types are not asked.

Signatures follow the WHATWG MIME Sniffing Standard where it has them, else the format's own
specification. A format without a signature here is `application/octet-stream`.
"""

from __future__ import annotations

import codecs
import re

from archive.extraction.decoding import wide_encoding
from archive.extraction.magic import BINARY, Signatures, fixed
from archive.extraction.rare_magic import rare

UNKNOWN = "application/octet-stream"

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"II+\x00", "image/tiff"),  # BigTIFF
    (0, b"MM\x00+", "image/tiff"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),  # [MS-CFB] 2.2
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (4, b"ftypheic", "image/heic"),  # ISO/IEC 23008-12, annex B
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypavif", "image/avif"),  # AV1 Image File Format, 6
    (0, b"{\\rtf", "application/rtf"),
    (0, b"!BDN", "application/vnd.ms-outlook-pst"),  # [MS-PST] 2.2.2.6
    (0, b"ITSF\x03\x00\x00\x00", "application/vnd.ms-htmlhelp"),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "application/onenote"),  # [MS-ONESTORE] 2.3.1
    (0, b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),  # [MS-OXTNEF] 2.1.3.1
    (0, b"\xffWPC", "application/vnd.wordperfect"),
)
_STANDING = Signatures(_MAGIC)
_PATTERNS = (
    (re.compile(rb"RIFF.{4}WEBPVP", re.DOTALL), "image/webp"),
    # BITMAPFILEHEADER ([MS-WMF] 2.2.2 and Windows GDI), then the size of one of seven next headers.
    (re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00{3}", re.DOTALL), "image/bmp"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04")  # with files, without, once split
_ZIP_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"visio/", "application/vnd.ms-visio.drawing"),
    (b".fdseq", "application/vnd.ms-xpsdocument"),
    (b"docProps/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"_rels/.rels", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
)
_ZIP_DECLARED = re.compile(  # OpenDocument 1.3 part 2, 3.3; EPUB OCF 3.2, 4.3: stored first
    rb"mimetype(application/(?:vnd\.oasis\.opendocument\.[a-z-]{1,40}|epub\+zip"
    rb"|vnd\.sun\.xml\.(?:writer|calc|impress|draw)|hwp\+zip))"
)
_ZIP_ENTRIES: tuple[tuple[re.Pattern[bytes], str], ...] = (
    # what a document holds whose first entry does not declare it, after its local header
    (
        re.compile(
            rb"PK\x03\x04.{26}mimetype.{0,64}?(application/(?:vnd\.oasis\.opendocument\.[a-z-]{1,40}"
            rb"|epub\+zip|hwp\+zip|vnd\.sun\.xml\.(?:writer|calc|impress|draw)))",
            re.DOTALL,
        ),
        "",
    ),
    (re.compile(rb"PK\x03\x04.{26}META-INF/container\.xml", re.DOTALL), "application/epub+zip"),
    (
        re.compile(
            rb"PK\x03\x04.{26}(?:Index/Document\.iwa|Index\.zip|index\.apxl|index\.xml"
            rb"|QuickLook/|buildVersionHistory\.plist)",
            re.DOTALL,
        ),
        "application/vnd.apple.iwork",
    ),
    (
        re.compile(rb"PK\x03\x04.{26}(?:META-INF/manifest|content)\.xml", re.DOTALL),
        "application/vnd.oasis.opendocument.text",
    ),
)
_OFFICE_XML = re.compile(  # documents in one XML file: by their root, or by the program named
    rb"\s*+(?:<\?xml[^>]*>|(?><!--.*?-->)|(?><!DOCTYPE[^>\[]*>)|\s)*+<(?:\?mso-application|"
    rb"office:document[\s>]|(?:w:)?wordDocument[\s>]|FictionBook[\s>]|pkg:package[\s>]"
    rb"|(?:ss:)?Workbook[\s>])",
    re.DOTALL,
)
_PDF_WITHIN = 1024  # bytes; PDF 1.7 (Adobe), appendix H, note 13
_TAR_BLOCK = 512  # bytes
_OCTAL = re.compile(rb"[0-7]{1,8}")
_SHIFTS = b"\x0e\x0f"  # RFC 1557: ISO-2022-KR text shifts with these after its designator
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x10-\x1a\x1c-\x1f]")  # `BINARY` without the shifts
_DOS_END = b"\x1a"  # the end of file of CP/M and MS-DOS, which editors wrote into texts
_ISO_2022_KR = b"\x1b$)C"
_HTML = re.compile(
    rb"(?:<\?xml[^>]*>|(?><!--.*?-->)|\s)*+<(?:!doctype\s+html|html|head|body|title|meta|script|style)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_SVG = re.compile(
    rb"(?:<\?xml[^>]*>|(?><!--.*?-->)|\s)*+<(?:!doctype\s+svg|(?:[a-z]{1,20}:)?svg)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_MAILBOX = re.compile(rb"From [^\r\n]{0,998}\r?\n(?:>From [^\r\n]{0,998}\r?\n)?[!-9;-~]{1,76}:")
_MARKUP = (
    (_OFFICE_XML, "application/x-office-xml"),
    (_HTML, "text/html"),
    (_SVG, "image/svg+xml"),
)
_FIELD = re.compile(rb"([!-9;-~]{1,76}):[ \t\r]?")  # RFC 5322, 2.2
_MAIL_TRACES = frozenset(
    {b"message-id", b"received", b"mime-version", b"return-path", b"delivered-to"}
)
_MAIL_TOLD = frozenset({b"date", b"content-type"})  # beside who wrote: enclosed drafts have no date
_MAIL_FIELDS = _MAIL_TRACES | {b"from", b"to", b"cc", b"date", b"subject", b"reply-to", b"sender"}
_TEXT_HEAD = 1 << 16  # bytes of text in which HTML or a mail must show itself


def media_type(head: bytes) -> str:
    """Return the media type of a file from its first bytes; 1 MiB of them is plenty.

    Markdown has no signature and is `text/plain`. Never raises.
    """
    for _, _, kind in _STANDING.standing(head):
        return kind
    if head.startswith(_ZIP):
        return _zip_kind(head)
    if is_tar(head):
        return "application/x-tar"
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return "application/pdf"
    for pattern, kind in _PATTERNS:
        if pattern.match(head):
            return kind
    return fixed(head) or _text_kind(head)


def _zip_kind(head: bytes) -> str:
    declared = _ZIP_DECLARED.match(head, 30)  # the first local file header is 30 bytes long
    if declared:
        return declared.group(1).decode("ascii")
    if b"[Content_Types].xml" in head:
        for marker, kind in _ZIP_KINDS:
            if marker in head:
                return kind
    for pattern, told in _ZIP_ENTRIES:
        entry = pattern.search(head)
        if entry:
            return told or entry.group(1).decode("ascii")
    return "application/zip"


def is_tar(head: bytes) -> bool:
    """Tell a tar header by its checksum (POSIX.1-2017, pax, "ustar Interchange Format")."""
    if len(head) < _TAR_BLOCK or not head[0]:
        return False
    stated = head[148:156].strip(b"\0 ")
    if not _OCTAL.fullmatch(stated):
        return False
    block = head[:148] + b" " * 8 + head[156:_TAR_BLOCK]
    return sum(block) == int(stated, 8)


def _text_kind(head: bytes) -> str:
    characters = _narrow(head)
    start = characters[:_TEXT_HEAD]
    for pattern, kind in _MARKUP:
        if pattern.match(start):
            return kind
    if _MAILBOX.match(head):
        return "application/mbox"
    if _is_mail(start):
        return "message/rfc822"
    characters = characters.removesuffix(_DOS_END)
    binary = _NO_TEXT.search(characters) is not None
    if not binary and _ISO_2022_KR in characters:
        characters = characters.translate(None, _SHIFTS)
    if binary or not characters or BINARY.search(characters):
        return rare(head) or UNKNOWN
    return "text/plain"


def _narrow(head: bytes) -> bytes:
    """Return the head without its mark and, if it is UTF-16 or UTF-32, as UTF-8."""
    for mark, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (b"", wide_encoding(head)),
    ):
        if encoding and head.startswith(mark):
            decoder = codecs.getincrementaldecoder(encoding)("replace")
            return decoder.decode(head).encode("utf-8", "replace")
    return head.removeprefix(codecs.BOM_UTF8)


def _is_mail(head: bytes) -> bool:
    """Tell whether a header section (RFC 5322, 2.1) of a sent message stands at the start."""
    if not _FIELD.match(head):
        return False
    names = set()
    lines = head.splitlines()
    if len(head) >= _TEXT_HEAD:
        lines.pop()  # cut off, so that it proves nothing
    for line in lines:
        if not line:
            break
        field = _FIELD.match(line)
        if field:
            names.add(field.group(1).lower())
        elif not names or line[:1] not in b" \t" or BINARY.search(line):
            return False
    if not names & _MAIL_TRACES:
        told = b"from" in names and names & _MAIL_TOLD
        return bool(told and names & {b"to", b"subject"})
    return len(names & _MAIL_FIELDS) >= 2
