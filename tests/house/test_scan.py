"""The scanners find what they are there for: each rule of the house on a bad and a good example, and a planted key."""

import json
from pathlib import Path

import pytest

from audit_app.core import yaml_file
from tools import scan

pytestmark = pytest.mark.xdist_group("scan")

BAD = {
    "route-without-mark": "@bp.get('/x')\ndef x():\n    return ''\n\n@bp.route('/y', methods=['POST'])\ndef y(n):\n    return ''\n",
    "form-fills-a-model": "form.populate_obj(row)\nrow = Row(**request.form)\n",
    "sql-from-pieces": "execute(text(f'SELECT {name}'))\nc.execute('SELECT %s' % name)\n",
    "environment-outside-config": "import os\nos.environ['X']\nos.getenv('X')\n",
    "clock-outside-clock": "datetime.now(UTC)\ndate.today()\n",
    "markup-of-a-value": "Markup(name)\nMarkup(f'<b>{name}</b>')\n",
    "opened-by-code": "eval(text)\npickle.loads(text)\n",
    "verification-switched-off": "get(url, verify=False)\ncontext.check_hostname = False\n",
}
GOOD = """
@bp.get('/x')
@allow(Permission.X)
def x():
    return ''

@bp.post('/z')
@signed_in
@other
def z(n):
    row = Row(name=form.name.data)
    session.execute(text('SELECT 1'), {'n': n})
    return Markup('<b>{}</b>').format(now())
"""
TEMPLATES = {
    "query-in-a-template": "{% for each in Person.query.all() %}{% endfor %}\n{{ db.session.get(1) }}\n",
    "unescaped-in-a-template": "{{ name|safe }}\n{% autoescape false %}{% endautoescape %}\n",
    "inline-in-a-template": '<script>go()</script>\n<p style="x"></p>\n<a onclick="x">\n',
}
GOOD_TEMPLATE = (
    '<script src="/static/app.js" defer></script>\n<script type="application/json" nonce="n">{{ data|tojson }}</script>\n'
    "{% for each in people %}{{ each.name }} is safe, once on the page{% endfor %}\n"
)
SCRIPTS = {
    "html-from-text-in-a-script": "place.innerHTML = words;\nplace.insertAdjacentHTML('beforeend', words);\n"
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """(rule, file) of everything semgrep finds among the examples, told in one run."""
    scan.ready()
    root = tmp_path_factory.mktemp("examples")
    code, pages, static = root / "audit_app", root / "audit_app/templates", root / "audit_app/static"
    for folder in (code, pages, static, code / "area"):
        folder.mkdir(exist_ok=True, parents=True)
    for rule, text in BAD.items():
        (code / f"{rule}.py").write_text(text)
    for rule, text in TEMPLATES.items():
        (pages / f"{rule}.html").write_text(text)
    for rule, text in SCRIPTS.items():
        (static / f"{rule}.js").write_text(text)
    (code / "good.py").write_text(GOOD)
    (pages / "good.html").write_text(GOOD_TEMPLATE)
    (static / "good.js").write_text("place.textContent = words;\n")
    (code / "area" / "services.py").write_text("db.session.commit()\n")
    (code / "area" / "cli.py").write_text("db.session.commit()\n")
    done = scan.run("semgrep", "--json", "--no-git-ignore", f"--project-root={root}", str(code))
    told = json.loads(done.stdout)
    assert not told["errors"]
    return {(one["check_id"], f"{Path(one['path']).stem}:{one['start']['line']}") for one in told["results"]}


def of(found: set[tuple[str, str]], rule: str) -> set[str]:
    return {place for name, place in found if name == rule}


@pytest.mark.parametrize("rule", [*BAD, *TEMPLATES, *SCRIPTS])
def test_each_rule_finds_every_bad_example(found: set[tuple[str, str]], rule: str) -> None:
    text = (BAD | TEMPLATES | SCRIPTS)[rule]
    assert len({place for place in of(found, rule) if place.startswith(f"{rule}:")}) >= 2, text


def test_a_commit_is_refused_in_services_and_allowed_in_a_command(found: set[tuple[str, str]]) -> None:
    assert of(found, "commit-below-the-door") == {"services:1"}


def test_no_rule_speaks_of_what_is_right(found: set[tuple[str, str]]) -> None:
    assert not {each for each in found if each[1].startswith(("good:", "cli:"))}


def test_every_rule_has_its_examples() -> None:
    rules = {rule["id"] for rule in yaml_file.read(scan.RULES)["rules"]}
    assert rules == {*BAD, *TEMPLATES, *SCRIPTS, "commit-below-the-door"}


def test_a_planted_key_is_found_and_not_repeated(tmp_path: Path) -> None:
    scan.ready()
    planted = "AKIA" + "Z7QHRT5PWXMB3KLD"  # in two halves, or the scan of this repository would find it
    secret = "9fK2mQ7xTz" + "Lw4RvB1nYc8HsD3pJg6UeA5oXiKtZm"
    (tmp_path / "settings.ini").write_text(
        f"aws_access_key_id = {planted}\naws_secret_access_key = {secret}\n"
    )
    done = scan.run("secrets", str(tmp_path))
    assert done.returncode == scan.FOUND_SECRETS
    assert secret not in done.stdout + done.stderr
    (tmp_path / "settings.ini").write_text("aws_access_key_id = see the environment\n")
    assert scan.run("secrets", str(tmp_path)).returncode == 0


def test_an_insecure_call_is_found(tmp_path: Path) -> None:
    scan.ready()
    (tmp_path / "x.py").write_text("import tempfile\ntempfile.mktemp()\n")
    done = scan.run("bandit", str(tmp_path))
    assert done.returncode == 1
    assert "B306" in done.stdout
