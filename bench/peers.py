"""Other engines for `bench/search.py`, each as a function that builds and returns a searcher."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.model.search import IndexDocument

Ask = Callable[[str, list[str]], object]
Build = Callable[[Path, list[IndexDocument], Callable[[str], str]], Ask]


DEBIAN = Path("/usr/lib/python3/dist-packages")
HOW = {
    "SQLCipher FTS5": "pip install sqlcipher3",
    "tantivy": "pip install tantivy",
    "Xapian": "apt-get install python3-xapian, for the Python that Debian's packages are made for",
}


def available() -> dict[str, Build]:
    """Return the engines that can be imported, by name; say which cannot, and what they take."""
    found: dict[str, Build] = {"SQLite FTS5": _sqlite}
    if importlib.util.find_spec("sqlcipher3"):
        found["SQLCipher FTS5"] = _sqlcipher
    if importlib.util.find_spec("tantivy"):
        found["tantivy"] = _tantivy
    if _xapian_module() is not None:
        found["Xapian"] = _xapian
    for name in sorted(HOW.keys() - found.keys()):
        print(f"{name.upper()} WAS SKIPPED: {HOW[name]}.")
    return found | {"Whoosh": _whoosh}


def _xapian_module() -> Any:
    """Return Xapian, also where it is among Debian's packages and this is another interpreter."""
    place = DEBIAN / "xapian" / "__init__.py"
    try:
        return importlib.import_module("xapian")
    except ImportError:
        if not place.is_file():
            return None
    spec = importlib.util.spec_from_file_location("xapian", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["xapian"] = module
    try:
        spec.loader.exec_module(module)
    except ImportError:  # made for another version of Python
        del sys.modules["xapian"]
        return None
    return module


def _fts(connection: Any, docs: list[IndexDocument]) -> Ask:
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("CREATE VIRTUAL TABLE d USING fts5(t, tokenize='porter unicode61')")
    connection.executemany(
        "INSERT INTO d(t) VALUES (?)", ((f"{doc.title} {doc.text}",) for doc in docs)
    )
    connection.commit()

    def ask(kind: str, words: list[str]) -> object:
        if kind not in {"term", "AND3", "OR10", "phrase", "prefix"}:
            raise NotImplementedError
        match kind:
            case "phrase":
                query = f'"{" ".join(words)}"'
            case "prefix":
                query = f"{words[0]}*"
            case _:
                query = (" OR " if kind == "OR10" else " AND ").join(words)
        chosen = "SELECT rowid FROM d WHERE d MATCH ? ORDER BY rank LIMIT 20"
        return connection.execute(chosen, (query,)).fetchall()

    return ask


def _sqlite(folder: Path, docs: list[IndexDocument], _: Callable[[str], str]) -> Ask:
    import sqlite3

    folder.mkdir()
    return _fts(sqlite3.connect(folder / "index"), docs)


def _sqlcipher(folder: Path, docs: list[IndexDocument], _: Callable[[str], str]) -> Ask:
    from sqlcipher3 import dbapi2

    folder.mkdir()
    connection = dbapi2.connect(str(folder / "index"))
    connection.execute("PRAGMA key = \"x'" + "00" * 32 + "'\"")
    return _fts(connection, docs)


def _tantivy(folder: Path, docs: list[IndexDocument], stem: Callable[[str], str]) -> Ask:
    import tantivy

    folder.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("t", stored=True, tokenizer_name="en_stem")
    index = tantivy.Index(builder.build(), path=str(folder))
    writer = index.writer(heap_size=200_000_000, num_threads=1)
    for doc in docs:
        writer.add_document(tantivy.Document(t=f"{doc.title} {doc.text}"))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher, schema, query = index.searcher(), index.schema, tantivy.Query

    def term(word: str) -> Any:
        return query.term_query(schema, "t", stem(word))

    def ask(kind: str, words: list[str]) -> object:
        match kind:
            case "term" | "AND3" | "OR10":
                occur = tantivy.Occur.Should if kind == "OR10" else tantivy.Occur.Must
                asked = query.boolean_query([(occur, term(word)) for word in words])
            case "phrase":
                asked = query.phrase_query(schema, "t", [stem(word) for word in words])
            case "prefix":
                asked = query.regex_query(schema, "t", f"{words[0]}.*")
            case "wildcard":
                asked = query.regex_query(schema, "t", words[0].replace("*", ".*"))
            case "fuzzy":
                asked = query.fuzzy_term_query(schema, "t", stem(words[0]), 1)
            case _:
                raise NotImplementedError
        return searcher.search(asked, 20).hits

    return ask


def _xapian(folder: Path, docs: list[IndexDocument], _: Callable[[str], str]) -> Ask:
    xapian = _xapian_module()
    database = xapian.WritableDatabase(str(folder), xapian.DB_CREATE)
    stem = xapian.Stem("en")
    generator = xapian.TermGenerator()
    generator.set_stemmer(stem)
    generator.set_stemming_strategy(xapian.TermGenerator.STEM_ALL)
    for doc in docs:
        made = xapian.Document()
        generator.set_document(made)
        generator.index_text(f"{doc.title} {doc.text}")
        database.add_document(made)
    database.commit()
    query = xapian.Query

    def ask(kind: str, words: list[str]) -> object:
        terms = [stem(word).decode() for word in words]
        match kind:
            case "term" | "AND3" | "OR10":
                asked = query(query.OP_OR if kind == "OR10" else query.OP_AND, terms)
            case "phrase":
                asked = query(query.OP_PHRASE, terms)
            case "prefix":
                asked = query(query.OP_WILDCARD, words[0], 0, query.WILDCARD_LIMIT_ERROR)
            case _:
                raise NotImplementedError
        enquire = xapian.Enquire(database)
        enquire.set_query(asked)
        return [hit.docid for hit in enquire.get_mset(0, 20)]

    return ask


def _whoosh(folder: Path, docs: list[IndexDocument], _: Callable[[str], str]) -> Ask:
    from whoosh import analysis, fields, query
    from whoosh.filedb.filestore import FileStorage

    analyser = analysis.StemmingAnalyzer(stoplist=None, minsize=1)
    schema = fields.Schema(text=fields.TEXT(stored=True, analyzer=analyser))
    index = FileStorage(str(folder)).create().create_index(schema)
    writer = index.writer(limitmb=256)
    for doc in docs:
        writer.add_document(text=f"{doc.title} {doc.text}")
    writer.commit()
    searcher = index.searcher()

    def ask(kind: str, words: list[str]) -> object:
        terms = [token.text for word in words for token in analyser(word)]
        match kind:
            case "term" | "AND3" | "OR10":
                group = query.Or if kind == "OR10" else query.And
                asked = group([query.Term("text", term) for term in terms])
            case "phrase":
                asked = query.Phrase("text", terms)
            case _:
                raise NotImplementedError
        return list(searcher.search(asked, limit=20))

    return ask
