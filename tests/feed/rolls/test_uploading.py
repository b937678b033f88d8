"""A school's roll file is shown in words before anything changes, is taken whole, and can be taken back."""

import pytest

from services.feed.app import service
from services.feed.rolls.commands import forget
from services.feed.settings import Settings
from shared.contracts import Role
from shared.contracts.feed import RollChecked, RollColumnsSaid, RollsRead, RollTaken, RollUndone
from tests.feed.extracts import name
from tests.feed.rolls.world import OTHER, SCHOOL, Rolls, School, a_table, line, new
from tests.feed.rolls_by_hand import ctf, pupil, table, upn
from tests.support.web import caller, web

NAME = {number: name(number)[0] for number in (*range(1, 10), *range(501, 510))}
ALL = a_table(line(1), line(2), line(3))


async def test_what_would_change_is_said_first_and_nothing_changes_by_it(school: School) -> None:
    shown = await school.preview(a_table(line(1), line(2), new(1)))
    assert [one["given_name"] for one in shown["joins"]] == [NAME[501]]
    assert [one["given_name"] for one in shown["leaves"]] == [NAME[3]]
    assert "1 would join, 1 would leave, 0 would be changed." in shown["sentences"]
    await school.feed.catch_up()
    assert {type(event).__name__ for event in await school.emitted()} == {"RollChecked", "RollsRead"}


async def test_when_it_is_taken_the_roll_is_that_of_the_file(school: School, rolls: Rolls) -> None:
    await school.take(a_table(line(1), line(2), new(1)))
    rolls.hear(await school.emitted())
    assert rolls.of(SCHOOL) == sorted([NAME[1], NAME[2], NAME[501]])
    assert rolls.child(NAME[1]).allocations  # the council's own record, with the person who is linked with it
    assert (rolls.child(NAME[501]).upn, rolls.child(NAME[501]).doubtful) == (upn(1), ())


async def test_the_councils_next_extract_changes_nothing_of_it(school: School, rolls: Rolls) -> None:
    """Its own rows of this roll do not count, those that were uploaded are not swept, nor is a child whom they name."""
    await school.take(a_table(line(1), line(2), new(1)))
    rolls.hear(await school.emitted())
    del school.tables["pupil"][0], school.tables["enrolment"][0]
    school.tables["enrolment"].append({**school.tables["enrolment"][1], "enrolment_id": "e9"})
    await school.next_night()
    rolls.hear(await school.emitted())
    assert rolls.of(SCHOOL) == sorted([NAME[1], NAME[2], NAME[501]])
    assert (await school.feed.became())[-1] == ("taken", [])


async def test_another_schools_roll_is_not_touched(school: School, rolls: Rolls) -> None:
    school.tables["enrolment"] += [{**row, "enrolment_id": f"o{row['enrolment_id']}", "urn": OTHER}
                                   for row in school.tables["enrolment"][:2]]  # fmt: skip
    await school.next_night()
    await school.take(a_table(line(3), line(2)), "Left in July")
    rolls.hear(await school.emitted())
    assert rolls.of(OTHER) == sorted([NAME[1], NAME[2]])


async def test_who_is_to_join_on_a_day_to_come_stays_so_until_the_file_names_them(school: School, rolls: Rolls) -> None:
    """A school exports those who are there: whoever the council has for next term is not among them."""
    school.tables["enrolment"][2]["starts"] = "2099-09-01 00:00:00.000"
    await school.next_night()
    shown = await school.preview(a_table(line(1), line(2)))
    assert shown["leaves"] == []
    assert "2 children can be read in this file; 2 on the roll before it." in shown["sentences"]
    assert "Not in the file, and to join on a day to come: 1 child. Nothing changes for them." in shown["sentences"]
    await school.take(a_table(line(1), line(2)))
    rolls.hear(await school.emitted())
    assert [str(roll.starts) for roll in rolls.child(NAME[3]).rolls] == ["2099-09-01"]
    await school.take(ALL)
    (roll,) = rolls.hear(await school.emitted()).child(NAME[3]).rolls
    assert str(roll.starts) < "2099"


async def test_undone_it_is_the_councils_again_and_then_the_upload_before_it(school: School, rolls: Rolls) -> None:
    first = await school.take(a_table(line(1), line(2), new(1)))
    second = await school.take(a_table(line(1), new(1), new(2)))
    rolls.hear(await school.emitted())
    assert rolls.of(SCHOOL) == sorted([NAME[1], NAME[501], NAME[502]])
    for upload, after in ((second, [NAME[1], NAME[2], NAME[501]]), (first, [NAME[1], NAME[2], NAME[3]])):
        assert (await school.undo(upload)).status_code == 204
        await school.feed.catch_up()
        rolls.hear(await school.emitted())
        assert rolls.of(SCHOOL) == sorted(after)


async def test_a_child_has_the_same_id_after_it_left_and_came_back(school: School, rolls: Rolls) -> None:
    await school.take(a_table(line(1), line(2), line(3), new(1)))
    before = rolls.hear(await school.emitted()).child(NAME[501]).child_id
    upload = await school.take(ALL)
    await school.undo(upload)
    await school.feed.catch_up()
    assert rolls.hear(await school.emitted()).child(NAME[501]).child_id == before


async def test_after_thirty_days_it_can_be_undone_no_more(school: School) -> None:
    upload = await school.take(ALL)
    await school.feed.database.execute("UPDATE roll_upload SET taken_at = now() - interval '30 days'")
    refused = await school.undo(upload)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/undo-too-late")


async def test_one_that_would_empty_the_roll_needs_a_second_press_and_a_reason(school: School, rolls: Rolls) -> None:
    shown = await school.preview(a_table(new(1)))
    assert shown["held"] == "This file would take all 3 children off your roll (100%)."
    refused = await school.press(shown["upload_id"])
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/reason-needed")
    await school.feed.catch_up()
    assert {type(event).__name__ for event in await school.emitted()} <= {"RollChecked", "RollsRead", "RollTaken"}
    assert (await school.press(shown["upload_id"], "The school is new")).status_code == 204
    await school.feed.catch_up()
    emitted = await school.emitted()
    assert rolls.hear(emitted).of(SCHOOL) == [NAME[501]]
    assert [one.reason for one in emitted if isinstance(one, RollTaken)] == ["The school is new"]


async def test_a_partial_file_adds_and_changes_and_nobody_leaves_by_it(school: School, rolls: Rolls) -> None:
    await school.take(ALL)
    joining = {"upn": upn(1), "given": "Mirela", "family": "Thornwick", "born": "2014-03-05"}
    partial = ctf(pupil(joining), qualifier="partial").encode()
    await school.take(partial)
    assert rolls.hear(await school.emitted()).of(SCHOOL) == sorted(["Mirela", NAME[1], NAME[2], NAME[3]])


async def test_a_partial_file_cannot_be_a_schools_first(school: School) -> None:
    said = await school.send(ctf(qualifier="partial").encode())
    assert (said["upload_id"], "Upload a full one first" in said["refused"][0]) == (None, True)


async def test_while_a_row_cannot_be_read_nobody_leaves(school: School) -> None:
    shown = await school.preview(a_table(line(1), ["", "", "", "03/05/2014"]))
    assert (shown["leaves"], shown["counts"]["roll"]) == ([], 3)
    assert any("Not in the file, and staying on the roll: 2 children." in one for one in shown["sentences"])


async def test_a_child_whose_birth_date_cannot_be_read_is_on_the_roll_and_doubted(school: School, rolls: Rolls) -> None:
    await school.take(a_table(line(1), line(2), line(3), new(1, born="31/02/2014")))
    assert "born" in rolls.hear(await school.emitted()).child(NAME[501]).doubtful


async def test_a_upn_of_another_child_is_not_believed(school: School, rolls: Rolls) -> None:
    await school.take(a_table(line(1), line(2), line(3), new(1)))
    await school.take(a_table(line(1), line(2), line(3), new(1), line(505, upn=upn(2))), school=SCHOOL)
    shown = await school.preview(a_table(line(507, upn=upn(1))), OTHER)
    assert "has this UPN for a child of another name" in shown["faults"][0]
    await school.take(a_table(line(507, upn=upn(1))), school=OTHER)
    child = rolls.hear(await school.emitted()).child(NAME[507])
    assert (child.upn, "upn" in child.doubtful) == (None, True)


async def test_two_schools_may_have_the_same_child_on_their_rolls(school: School, rolls: Rolls) -> None:
    await school.take(a_table(line(1), line(2), line(3), new(1)))
    await school.take(a_table(new(1)), school=OTHER)
    rolls.hear(await school.emitted())
    assert (rolls.of(OTHER), NAME[501] in rolls.of(SCHOOL)) == ([NAME[501]], True)
    await school.take(ALL)
    assert rolls.hear(await school.emitted()).of(OTHER) == [NAME[501]]


async def test_a_second_press_does_nothing_more_and_one_from_before_another_upload_nothing_at_all(
    school: School,
) -> None:
    first, second = await school.preview(ALL), None
    assert (await school.press(first["upload_id"])).status_code == 204
    await school.emitted()
    assert (await school.press(first["upload_id"])).status_code == 204
    assert await school.emitted() == []
    second = await school.preview(a_table(line(1), line(2), line(3), new(1)))
    await school.undo(first["upload_id"])
    refused = await school.press(second["upload_id"])
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/roll-changed")


async def test_a_file_of_another_school_is_refused(school: School) -> None:
    first = ctf("".join(pupil(dict(zip(("upn", "given", "family", "born"), ("", *name(n), "2014-03-05"), strict=True)))
                        for n in (1, 2, 3))).encode()  # fmt: skip
    await school.take(first, "The first file")
    wrong_number = first.replace(b"4123", b"4124")
    wrong_urn = ctf(source="<LEA>850</LEA><Estab>4123</Estab><URN>123456</URN>").encode()
    for raw, at in ((wrong_number, SCHOOL), (wrong_urn, SCHOOL), (first, OTHER)):
        assert "of another school" in (await school.send(raw, at))["refused"][0]


async def test_columns_that_a_school_has_named_are_remembered_for_it(school: School) -> None:
    odd = table([line(1), line(2), line(3)], ("No", "Vorname", "Nachname", "Geburtstag")).encode()
    assert (await school.send(odd))["columns"] == ["No", "Vorname", "Nachname", "Geburtstag"]
    said = {"given_name": "Vorname", "family_name": "Nachname", "born": "Geburtstag"}
    assert (await school.ask("/rolls/columns", {"columns": said})).status_code == 204
    assert (await school.send(odd))["upload_id"]
    assert (await school.send(odd, OTHER))["columns"]
    assert (await school.ask("/rolls/readings")).json()["columns"] == said


async def test_every_act_is_a_fact(school: School) -> None:
    await school.send(b"%PDF")
    await school.ask("/rolls/columns", {"columns": {}})
    upload = await school.take(ALL)
    await school.undo(upload)
    facts = [(type(one), getattr(one, "outcome", "")) for one in await school.emitted()]
    assert [one for one in facts if one[0] in (RollChecked, RollsRead, RollTaken, RollUndone, RollColumnsSaid)] == [
        (RollChecked, "refused"), (RollColumnsSaid, "saved"), (RollChecked, "shown"), (RollsRead, "shown"),
        (RollTaken, "taken"), (RollUndone, "undone"),
    ]  # fmt: skip


async def test_without_the_fact_nothing_is_shown_or_done(school: School) -> None:
    shown = await school.preview(ALL)
    await school.feed.database.execute("ALTER TABLE outbox RENAME TO elsewhere")
    for path in ("readings", "taking"):
        assert (await school.ask(f"/rolls/uploads/{shown['upload_id']}/{path}")).status_code == 503
    assert (await school.ask("/rolls/readings")).status_code == 503
    assert await school.feed.database.value("SELECT state FROM roll_upload") == "previewed"


async def test_what_was_shown_and_not_taken_is_gone_after_a_day_with_its_names(school: School) -> None:
    shown = await school.preview(a_table(line(1), line(2), new(1)))
    await school.feed.database.execute("UPDATE roll_upload SET at = now() - interval '25 hours'")
    assert (await school.ask(f"/rolls/uploads/{shown['upload_id']}/readings")).status_code == 404
    assert (await school.press(shown["upload_id"])).status_code == 404
    await forget(school.feed.database.db, school.feed.settings)
    assert await school.feed.database.value("SELECT count(*) FROM roll_child") == 0


@pytest.mark.parametrize("role", ["lead", "data_protection_officer", "triage_officer", "operator"])
async def test_it_is_for_those_who_answer_for_the_roll(school: School, role: Role) -> None:
    assert (await school.ask("/rolls/readings", role=role)).status_code == 403
    assert await school.emitted() == []


async def test_an_upload_is_its_own_schools_alone(school: School) -> None:
    shown = await school.preview(ALL)
    for path in ("readings", "taking"):
        assert (await school.ask(f"/rolls/uploads/{shown['upload_id']}/{path}", school=OTHER)).status_code == 404


async def test_a_council_of_another_model_says_that_it_takes_none(school: School) -> None:
    other = web(service, Settings.model_validate({}), school.feed.database.db)
    assert (await other.post("/rolls/readings", {}, caller("headteacher"))).json()["takes"] is False
    assert (await other.post("/rolls/files", {}, caller("headteacher"))).status_code == 404
