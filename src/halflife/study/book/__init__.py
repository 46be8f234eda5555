"""Books of many loans: from a loan tape to a system and back, and synthetic systems to try methods on."""

from halflife.study.book.export import export_book
from halflife.study.book.generate import generate, generate_spec, system_text
from halflife.study.book.importing import Book, import_book
from halflife.study.book.measure import concentration
from halflife.study.book.recipe import Recipe
from halflife.study.book.writing import write_whole, yaml_text

__all__ = [
    "Book",
    "Recipe",
    "concentration",
    "export_book",
    "generate",
    "generate_spec",
    "import_book",
    "system_text",
    "write_whole",
    "yaml_text",
]
