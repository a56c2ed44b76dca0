"""The first run: address, login, password, the certificate that a person agrees to."""
import re

import desk
from acts import sync_says


def fill_in(one, office, password, address=None):
    cable = office.sign_in("dispatcher-1")  # a cable of its own, and the port at its end
    values = {"Address of the store": address or cable[1], "Login": "dispatcher-1", "Password": password}
    for name, value in values.items():
        one.find(name=name).click()
        one.screen.key("ctrl+a")
        one.screen.type(value)
    one.screen.key("Return")


def a_person_signs_in_for_the_first_time(office):
    one = office.desk(language="en", arguments=[])
    fill_in(one, office, office.store.users["dispatcher-1"])
    title = one.find(text="The store has its own certificate")
    assert title
    shown = "".join(w.text for w in one.walk() if re.fullmatch(r"[0-9A-Fa-f:\s]{64,}", w.text or ""))
    assert office.store.fingerprint in re.sub(r"[^0-9a-f]", "", shown.lower())
    one.find("push button", "It is the same").click()
    sync_says(one, "In sync")
    # The next start asks for nothing but what no keyring kept.
    settings = (one.folder / "config/glib-2.0/settings/keyfile").read_text()
    assert office.store.fingerprint in settings and "dispatcher-1" in settings
    assert office.store.users["dispatcher-1"] not in settings


def going_back_from_the_certificate_sends_no_password(office):
    one = office.desk(language="en", arguments=[])
    fill_in(one, office, office.store.users["dispatcher-1"])
    one.find("push button", "Go back").click()
    one.find(name="Address of the store")
    settings = one.folder / "config/glib-2.0/settings/keyfile"
    assert not settings.exists() or office.store.fingerprint not in settings.read_text()


def a_wrong_password_is_said(office):
    one = office.desk(language="en", arguments=[])
    fill_in(one, office, "not the password")
    one.find("push button", "It is the same").click()
    one.find(text="Login or password is wrong.")


def nobody_answers(office):
    one = office.desk(language="en", arguments=[])
    office.sign_in("dispatcher-1")
    office.pull_cable("dispatcher-1")
    fill_in(one, office, "whatever it is")
    one.find(text="The store does not answer")


def an_open_connection_is_refused(office):
    one = office.desk(language="en", arguments=[])
    fill_in(one, office, "whatever it is", address="http://127.0.0.1:9")
    one.find(text="https:// only")


if __name__ == "__main__":
    desk.run(
        a_person_signs_in_for_the_first_time,
        going_back_from_the_certificate_sends_no_password,
        a_wrong_password_is_said,
        nobody_answers,
        an_open_connection_is_refused,
    )
