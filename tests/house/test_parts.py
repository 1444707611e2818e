"""The list of parts, and how soon they are brought up to date."""

import json
from datetime import timedelta

from tools import lock, sbom
from tools.licences import vendor_rows


def test_the_list_names_every_package_with_version_hashes_and_licence(tmp_path):
    file = tmp_path / "parts.json"
    assert sbom.main([str(file)]) == 0
    told = json.loads(file.read_text(encoding="utf-8"))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    packages = {each["name"]: each for each in told["components"] if each.get("purl")}
    assert {name: each["version"] for name, each in packages.items()} == lock.pins(lock.RUNTIME)
    text = lock.RUNTIME.read_text(encoding="utf-8")
    assert sum(len(each["hashes"]) for each in packages.values()) == text.count("--hash=sha256:")
    for each in told["components"]:
        assert each["hashes"], each["name"]
        [licence] = each["licenses"]
        assert licence.get("expression") or licence["license"]["name"], each["name"]
    assert len(told["components"]) == len(packages) + len(vendor_rows())
    references = [each["bom-ref"] for each in told["components"]]
    assert len(set(references)) == len(references)
    assert told["dependencies"][0]["dependsOn"] == references


def test_the_same_lock_gives_the_same_bytes(tmp_path):
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        sbom.main([str(file)])
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_page_and_the_command_know_the_same_days():
    page = lock.PARTS.read_text(encoding="utf-8")
    assert (
        f"is simply not the newest version (packages of the lock, vendored files) | {lock.LONGEST_DAYS} days"
        in page
    )
    assert lock.taken_on().year >= 2026


def test_a_lock_that_is_too_old_is_told_with_what_to_do(capsys):
    day = lock.taken_on()
    assert lock.age(day + timedelta(days=lock.LONGEST_DAYS)) == 0
    assert "--upgrade" not in capsys.readouterr().out
    assert lock.age(day + timedelta(days=lock.LONGEST_DAYS + 1)) == 1
    assert "lock --upgrade" in capsys.readouterr().out
