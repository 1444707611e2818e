"""Profiles: what is read, and how a wrong one is explained."""

from pathlib import Path

import pytest
import yaml

from audit_app.core.errors import Refused
from audit_app.indicators.profiles import (
    LogProfile,
    OutageProfile,
    find_columns,
    get_profile,
    outage_profile,
    profile_names,
    read_profile,
    ticket_profile,
)

GOOD = {
    "kind": "tickets",
    "name": "mine",
    "title": {"en": "Mine"},
    "dates": ["iso"],
    "columns": {"number": "no", "opened": "when"},
}


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_profiles_are_listed_by_kind_and_all_can_be_read() -> None:
    assert profile_names(LogProfile) == ["generic", "itop", "jira", "servicenow"]
    assert profile_names(OutageProfile) == ["outages", "statuspage"]
    for name in profile_names(LogProfile):
        assert {"en", "zh"} <= set(ticket_profile(name).title)
        assert ticket_profile(name).name == name
    for name in profile_names(OutageProfile):
        assert outage_profile(name).name == name


def test_an_unknown_profile_is_answered_with_those_that_exist() -> None:
    with pytest.raises(Refused, match=r"no profile “remedy”\. Known are: generic, itop, jira, servicenow\."):
        ticket_profile("remedy")


def test_a_profile_of_the_other_kind_is_unknown() -> None:
    with pytest.raises(Refused, match="Known are: generic, itop, jira, servicenow"):
        ticket_profile("outages")


def test_a_path_is_not_a_profile_name() -> None:
    with pytest.raises(Refused, match="Known are"):
        ticket_profile("../profiles/generic")


def test_a_folder_without_profiles_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Known are: –"):
        get_profile("mine", LogProfile, tmp_path)


def test_a_profile_of_ones_own_is_found_beside_a_broken_one(tmp_path: Path) -> None:
    written(tmp_path, yaml.safe_dump(GOOD))
    (tmp_path / "broken.yaml").write_text("a: [", encoding="utf-8")
    assert get_profile("mine", LogProfile, tmp_path).columns.opened == ("when",)
    assert profile_names(LogProfile, tmp_path) == ["mine"]


def test_broken_yaml_is_explained_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"mine\.yaml is not valid YAML \(line 2\)"):
        read_profile(written(tmp_path, "kind: tickets\n\tname: mine\n"), LogProfile)


def test_bytes_that_are_not_text_are_explained(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(Refused, match="not valid YAML"):
        read_profile(path, LogProfile)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        read_profile(tmp_path / "gone.yaml", LogProfile)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"columns": {"opened": "when"}}, r"“columns\.number”"),
        ({"colour": "red"}, "“colour”"),
        ({"delimiter": ";;"}, "“delimiter”"),
        ({"delimiter": 3}, "“delimiter”"),
        ({"timezone": "Beijing"}, "“timezone”.*Asia/Shanghai"),
        ({"encodings": "klingon"}, "“encodings”.*klingon is not an encoding"),
        ({"rows": {"rule": "first"}}, r"“rows\.rule”"),
        ({"rows": {"rule": "one", "by": "updated"}}, "“rows”.*'last' only"),
        ({"optional": ["number"]}, "number is not a column that may be absent"),
        ({"optional": ["colour"]}, "colour is not a column"),
        ({"sla_words": {"means_yes": ["y"], "means_no": ["Y"]}}, "“sla_words”.*both yes and no"),
        ({"sla_words": {"means_yes": [True]}}, r"“sla_words\.means_yes"),
        ({"kind": "outages"}, "“kind”"),
    ],
)
def test_a_wrong_profile_is_explained_with_the_field(
    tmp_path: Path, change: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused, match=field):
        read_profile(written(tmp_path, yaml.safe_dump(GOOD | change)), LogProfile)


def test_a_file_that_is_no_table_at_all_is_explained(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="whole file"):
        read_profile(written(tmp_path, "just words"), LogProfile)


def test_a_missing_column_is_named_with_those_found_and_what_to_do() -> None:
    with pytest.raises(Refused) as refused:
        find_columns(ticket_profile("servicenow"), ["number", "sys_created"])
    said = str(refused.value)
    assert "no column “opened_at”" in said
    assert "number, sys_created" in said
    assert "choose another profile than “servicenow”" in said


def test_a_column_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(
        Refused, match="“number / ticket / id / 编号 / 工单号 / 工单编号” stands in the file more than once"
    ):
        find_columns(ticket_profile("generic"), ["id", "number", "opened"])


def test_headings_are_found_whatever_their_case_order_and_language() -> None:
    generic = ticket_profile("generic")
    assert find_columns(generic, [" Opened ", "NUMBER"]) == {"opened": 0, "number": 1}
    assert find_columns(generic, ["工单号", "优先级", "创建时间"]) == {
        "number": 0,
        "priority": 1,
        "opened": 2,
    }
