from infra.judges.findings import Finding, answers, owner, verdict

FOUND = Finding("checkov", "Inbox", "CKV_1", "Ensure that it is good")


def test_a_finding_without_an_answer_is_told_in_the_judges_words() -> None:
    assert verdict({FOUND}, set()) == ["checkov: Inbox: CKV_1: Ensure that it is good"]


def test_an_answer_ends_the_matter() -> None:
    assert verdict({FOUND}, {Finding("checkov", "Inbox", "CKV_1", "it is")}) == []


def test_an_answer_speaks_for_its_own_resource_alone() -> None:
    elsewhere = Finding("checkov", "Work", "CKV_1", "it is")

    assert verdict({FOUND}, {elsewhere}) == [
        "checkov: Inbox: CKV_1: Ensure that it is good",
        "checkov: Work: CKV_1: nothing is found here any more",
    ]


def test_an_answer_needs_a_reason() -> None:
    assert verdict({FOUND}, {Finding("checkov", "Inbox", "CKV_1", " ")}) == ["checkov: Inbox: CKV_1: the answer gives no reason"]


def test_an_answer_is_read_where_it_stands() -> None:
    skips = {"checkov": {"skip": [{"id": "CKV_1", "comment": "so"}]}, "cloudsplaining": {"skip": [{"id": "DataExfiltration"}]}}

    assert set(answers({"Resources": {"Inbox": {"Metadata": skips}, "Work": {}}})) == {
        Finding("checkov", "Inbox", "CKV_1", "so"),
        Finding("cloudsplaining", "Inbox", "DataExfiltration", ""),
    }


def test_what_sam_makes_belongs_to_the_longest_name_of_ours_that_begins_its_own() -> None:
    template: dict[str, dict[str, object]] = {"Resources": {"Api": {}, "ApiFunction": {}}}

    assert [owner(name, template) for name in ("Apiv1Stage", "ApiFunctionAllPermissionv1", "Other")] == [
        "Api",
        "ApiFunction",
        "Other",
    ]
