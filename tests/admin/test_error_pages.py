"""What somebody in a browser sees where there is no page, or none for them: words, a way on, and the line's look."""

import pytest
from django.db import connection
from django.test import Client


def words_of(answer) -> str:
    page = answer.content.decode()
    assert "conferenceline/admin.css" in page
    assert 'href="/admin/">To the first page' in page
    return page


def test_an_address_that_does_not_exist(client, db):
    answer = client.get("/somewhere/else/")
    assert answer.status_code == 404
    assert "There is no such page" in words_of(answer)


def test_a_page_that_ones_role_does_not_allow(auditor):
    answer = auditor.get("/admin/participants/participant/add/")
    assert answer.status_code == 403
    assert "This page is not for you" in words_of(answer)


def test_a_form_that_was_open_too_long(harbourmaster):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(harbourmaster)
    answer = browser.post("/admin/participants/participant/add/", {"name": "Ana Almeida"})
    assert answer.status_code == 403
    assert "Nothing was saved" in words_of(answer)


@pytest.mark.django_db
def test_a_fault_of_ours_tells_nothing_of_it(harbourmaster):
    browser = Client(raise_request_exception=False)
    browser.force_login(harbourmaster)

    def away(execute, sql, *rest):
        if "participants_participant" in sql:
            raise RuntimeError("the disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(away):
        answer = browser.get("/admin/participants/participant/")
    assert answer.status_code == 500
    page = words_of(answer)
    assert "Something went wrong here" in page
    assert "disk" not in page


def test_a_request_that_is_no_request(client, db):
    answer = client.get("/admin/login/", headers={"host": "elsewhere.example.com"})
    assert answer.status_code == 400
    assert "This was not understood" in words_of(answer)
