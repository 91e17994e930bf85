from __future__ import annotations

import pytest

from pipelines.extract.authors import byline_names, lone_names, names


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (["By Ana Diaz"], ("Ana Diaz",)),
        (["Ana Diaz and Li Wei"], ("Ana Diaz", "Li Wei")),
        (["Ana Diaz, Li Wei"], ("Ana Diaz", "Li Wei")),
        (["Von Jörg Öztürk und Anna-Lena Groß"], ("Jörg Öztürk", "Anna-Lena Groß")),
        (["Ana Diaz", "ana diaz"], ("Ana Diaz",)),
        (["Diaz, Ana"], ("Diaz, Ana",)),
        (["Ana Diaz (ana@paper.example)"], ("Ana Diaz",)),
        (["Associated Press"], ("Associated Press",)),
        (["The Paper"], ()),
        (["paper.example"], ()),
        (["https://paper.example/by/ana"], ()),
        (["admin"], ()),
        (["", "  ", "1234"], ()),
        (["सुनीता वर्मा"], ("सुनीता वर्मा",)),
        (["Ana Diaz\nLi Wei"], ("Ana Diaz", "Li Wei")),
        (["News Reporter", "Staff writers"], ()),
        (["Our House (www.paper.example)"], ()),
    ],
)
def test_authors_are_names_one_by_one(claims: list[str], expected: tuple[str, ...]) -> None:
    assert names(claims, ["The Paper", "paper.example"]) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By ANA DIAZ", ("ANA DIAZ",)),
        ("Von Ana Diaz und Li Wei", ("Ana Diaz", "Li Wei")),
        ("Ana Diaz", ("Ana Diaz",)),
        ("Li Wei", ()),
        ("By the time the ferry came it was dark", ()),
        ("By Tuesday", ()),
        ("By and large", ()),
        ("Ana Diaz | 20 November 2026, 9:30", ("Ana Diaz",)),
        ("By Ana Diaz and Li Wei | 20 November 2026", ("Ana Diaz", "Li Wei")),
        ("Autorin/Autor Ana Diaz", ("Ana Diaz",)),
        ("Weather | 20 November 2026", ()),
        ("By Ana Diaz, Li Wei and Omar Said in Paris", ("Ana Diaz", "Li Wei", "Omar Said")),
        ("By Ana Diaz for The Paper", ("Ana Diaz",)),
        ("By Ana Diaz @anadiaz", ("Ana Diaz",)),
        ("By Ana Diaz Jr.", ("Ana Diaz Jr.",)),
        ("Par Élodie Lefèvre avec AFP", ("Élodie Lefèvre",)),
        ("Posted by Ana Diaz on November 3, 2026", ("Ana Diaz",)),
        ("Published on November 3, 2026 By Ana Diaz", ("Ana Diaz",)),
        ("By Ana Diaz, 3 November 2026", ("Ana Diaz",)),
        ("Ana Diaz • 3 Nov 2026 • 4 min read", ("Ana Diaz",)),
        ("Politics | By Ana Diaz", ("Ana Diaz",)),
        ("Li Wei, chief political correspondent", ("Li Wei",)),
        ("Автор: Анна Щукина", ("Анна Щукина",)),
        ("بقلم: ليلى حداد", ("ليلى حداد",)),
        ("记者 李伟", ("李伟",)),
        ("2026年11月3日 记者 李伟", ("李伟",)),
        ("بقلم: ليلى حداد | 3 نوفمبر 2026", ("ليلى حداد",)),
        ("김민수 기자", ("김민수",)),
        ("— The Swans (@swans) November 12, 2026", ()),
        ("Photo by Jo Lens", ()),
    ],
)
def test_a_byline_is_told_from_a_sentence(line: str, expected: tuple[str, ...]) -> None:
    assert byline_names(line, ["Ana Diaz"]) == expected


def test_names_that_stand_alone_are_told_from_other_words() -> None:
    assert lone_names("Ana Diaz/Li Wei") == ("Ana Diaz", "Li Wei")
    assert lone_names("The ferry stays") == ()
    assert lone_names("Ana") == ()
