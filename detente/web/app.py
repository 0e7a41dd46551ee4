"""The site: its pages, the forms that change something, and the ways in."""

from __future__ import annotations

import inspect
import logging
import secrets
import sqlite3
import threading
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import quote

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detente.errors import ArticleRefused, DetenteError, NoSuchItem, UnknownCode, WrongCall
from detente.ledger.connection import open_ledger
from detente.ledger.queries import generation
from detente.version import __version__
from detente.web.access import Access, Visit
from detente.web.guard import Guard, Refused, error_json
from detente.web.kept import Kept, TookTooLong
from detente.web.pages.article import ArticlePage, article_page
from detente.web.pages.dyad import DyadPage, dyad_page
from detente.web.pages.forecasts import ForecastsPage, forecasts_page
from detente.web.pages.happening import HappeningPage, happening_page
from detente.web.pages.item import ItemPage, item_page
from detente.web.pages.page import Asked, NotThere, Page
from detente.web.pages.publisher import PublisherPage, publisher_page
from detente.web.pages.reading import ReadingPage, reading_page
from detente.web.pages.search import SearchPage, search_page
from detente.web.pages.speaker import SpeakerPage, speaker_page
from detente.web.pages.start import StartPage, start_page
from detente.web.settings import Settings
from detente.web.show import as_html, as_json, environment, error_page
from detente.web.uploads import Uploads

log = logging.getLogger("detente.web")
Maker = Callable[..., Page]
PAGES: tuple[tuple[str, Maker, type[Page]], ...] = (
    ("/", start_page, StartPage),
    ("/dyad/{one}/{other}", dyad_page, DyadPage),
    ("/article/{row}", article_page, ArticlePage),
    ("/item/{number}", item_page, ItemPage),
    ("/happening/{number}", happening_page, HappeningPage),
    ("/search", search_page, SearchPage),
    ("/speaker", speaker_page, SpeakerPage),
    ("/publisher", publisher_page, PublisherPage),
    ("/forecasts", forecasts_page, ForecastsPage),
)
_LOOK_S = 0.5  # how long an answer about whether the ledger changed is believed
_OPEN = ("/static/", "/login")
_AGAIN_S = 20  # after which a page that took too long is worth another try
_TOO_LONG = (
    "This page took longer than {:g} seconds to draw, because much is known of what it is about. It goes on being drawn: ask"
    " for it again in a moment. If that does not help, ask as of an earlier day, or over a shorter time; whoever runs the site"
    " can allow more with detente serve --page-timeout."
)


class Site:
    """What the requests share: settings, door, kept pages, uploads. `token_place` stands in kept pages for a form's token."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings.checked()
        self.access = Access(settings.token, settings.port)
        self.kept = Kept()
        self.uploads = Uploads(settings)
        self.token_place = secrets.token_hex(16)
        self._own = threading.local()
        self._seen = (0.0, 0)

    @contextmanager
    def ledger(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, opened once."""
        db = getattr(self._own, "db", None)
        if db is None:
            db = self._own.db = open_ledger(self.settings.ledger)
        try:
            yield db
        except sqlite3.Error:
            self._own.db = None
            db.close()
            raise

    def asked(self, db: sqlite3.Connection, as_of: str | None) -> Asked:
        s = self.settings
        return Asked(db, given=as_of, actors=s.actors, record=s.record, ledger=s.ledger)

    def state(self) -> tuple[object, ...]:
        """What pages depend on besides their address: the ledger's generation, the day, and the record of forecasts."""
        at, found = self._seen
        if time.monotonic() - at > _LOOK_S:
            with self.ledger() as db:
                found = generation(db)
            self._seen = (time.monotonic(), found)
        return found, datetime.now(UTC).date(), _changed_at(self.settings.record)

    def changed(self) -> None:
        """Forget what was kept, after somebody changed something through the site."""
        self._seen = (0.0, 0)
        self.kept.empty()


def _changed_at(file: Path | None) -> float | None:
    try:
        return file.stat().st_mtime if file else None
    except OSError:
        return None


def make_app(settings: Settings) -> FastAPI:
    """The site as an ASGI application."""
    site = Site(settings)
    app = FastAPI(
        title="Détente", version=__version__, docs_url=None, redoc_url=None, openapi_url="/openapi.json", lifespan=_running,
        description="The pages of a ledger as JSON: each is the page object that the HTML page is drawn from.",
    )  # fmt: skip
    app.state.site = site
    app.mount("/static", _Static(), name="static")
    for path, make, cls in PAGES:
        _add_page(app, site, path, make, cls)
    _add_forms(app, site)
    _add_failures(app, site)
    app.add_middleware(Door, site=site)
    app.add_middleware(Guard, settings=settings)
    return app


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    """Uploads are read while the site runs."""
    uploads: Uploads = app.state.site.uploads
    await run_in_threadpool(uploads.start)
    yield
    uploads.stop()


class _Static(StaticFiles):
    """Built files of the package; the reports' own styles are among them."""

    def __init__(self) -> None:
        super().__init__(directory=str(files("detente.web") / "static"))
        self.all_directories = [*self.all_directories, str(files("detente.report") / "templates")]


# Pages -------------------------------------------------------------------------------------------------------------------


def _add_page(app: FastAPI, site: Site, path: str, make: Maker, cls: type[Page]) -> None:
    """A page as HTML at its path, and as JSON at the path with .json."""
    json_path = "/index.json" if path == "/" else f"{path}.json"
    what = (make.__doc__ or "").split("\n")[0]
    app.add_api_route(
        json_path, _endpoint(site, make, html=False), summary=what, name=f"{make.__name__}_json",
        responses={200: {"model": cls}}, response_class=JSONResponse,
    )  # fmt: skip
    app.add_api_route(path, _endpoint(site, make, html=True), include_in_schema=False, name=make.__name__)


def _endpoint(site: Site, make: Maker, *, html: bool) -> Callable[..., Awaitable[Response]]:
    """The handler of a page: takes the maker's own arguments, and `as_of`."""

    async def handler(request: Request, as_of: str | None = None, **given: Any) -> Response:
        key, state = (html, request.url.path, request.url.query), await _state(site)
        body = site.kept.at_hand(key, state)
        if body is None:
            draw = partial(_drawn, site, request, make, as_of, given, html)
            body = await site.kept.get(key, state, draw, limit_s=site.settings.page_timeout_s)
        if not html:
            return Response(body, media_type="application/json", headers=_NO_STORE)
        token = site.access.form_token(request.state.visit)
        return HTMLResponse(body.replace(site.token_place.encode(), token.encode()), headers=_NO_STORE)

    handler.__signature__ = _signature(make)  # type: ignore[attr-defined]
    return handler


_NO_STORE = {"cache-control": "private, no-cache"}


async def _state(site: Site) -> tuple[object, ...]:
    return await run_in_threadpool(site.state) if time.monotonic() - site._seen[0] > _LOOK_S else site.state()


def _signature(make: Maker) -> inspect.Signature:
    """The maker's parameters behind the request and `as_of`, as FastAPI reads them."""
    hints = get_type_hints(make)
    own = [p.replace(annotation=hints[n], kind=p.KEYWORD_ONLY) for n, p in list(inspect.signature(make).parameters.items())[1:]]
    kind = inspect.Parameter.KEYWORD_ONLY
    as_of = inspect.Parameter(
        "as_of", kind, annotation=str | None,
        default=Query(None, description="Only what was known by this ISO date or date-time; now if not given."),
    )  # fmt: skip
    return inspect.Signature([inspect.Parameter("request", kind, annotation=Request), *own, as_of])


def _drawn(site: Site, request: Request, make: Maker, as_of: str | None, given: dict[str, Any], html: bool) -> bytes:
    with site.ledger() as db:
        ask = site.asked(db, as_of)
        page = make(ask, **given)
        if not html:
            return as_json(page)
        choices = {k: v for k, v in request.query_params.items() if k != "as_of"}
        drawn = as_html(
            page, ask.links, ask.names, path=request.url.path, choices=choices, csrf=site.token_place, can_write=True,
        )  # fmt: skip
        return drawn.encode("utf-8", "replace")


# Forms -------------------------------------------------------------------------------------------------------------------


def _add_forms(app: FastAPI, site: Site) -> None:
    """What people can send: an item's decision, articles to read, the token."""

    @app.post("/item/{number}", include_in_schema=False)
    async def decide_item(request: Request, number: int) -> Response:
        async with _form(site, request) as form:
            as_of, verb, status, because = (str(form.get(k) or "") for k in ("as_of", "verb", "status", "because"))
        await run_in_threadpool(_decide, site, number, as_of or None, verb, status, because)
        site.changed()
        return RedirectResponse(f"/item/{number}" + (f"?as_of={quote(as_of)}" if as_of else ""), 303)

    @app.post("/reading", include_in_schema=False)
    async def read_articles(request: Request) -> Response:
        async with _form(site, request) as form:
            batch = await site.uploads.receive(form)
        return RedirectResponse(f"/reading/{batch}", 303)

    @app.get("/reading/{batch}.json", summary="How far some uploads are read.", responses={200: {"model": ReadingPage}})
    async def reading_json(request: Request, batch: str) -> Response:
        return await run_in_threadpool(_reading, site, request, batch)

    @app.get("/reading/{batch}", include_in_schema=False)
    async def show_reading(request: Request, batch: str) -> Response:
        return await run_in_threadpool(_reading, site, request, batch)

    @app.get("/reading", include_in_schema=False)
    async def all_readings(request: Request) -> Response:
        return await run_in_threadpool(_reading, site, request, None)

    @app.get("/login", include_in_schema=False)
    async def login(request: Request) -> Response:
        return _login_page(site, request, "")

    @app.post("/login", include_in_schema=False)
    async def enter(request: Request) -> Response:
        async with _form(site, request) as form:
            token, target = str(form.get("token", "")), _own_path(str(form.get("next", "/")))
        if not site.access.fits(token):
            return _login_page(site, request, "This is not the token.", 403)
        response = RedirectResponse(target, 303)
        # a visit gets a new name when it comes in, so that one planted before is worth nothing
        fresh = Visit(secrets.token_urlsafe(18), True)
        site.access.remember(response, fresh, inside=True, secure=request.url.scheme == "https")
        return response


@asynccontextmanager
async def _form(site: Site, request: Request) -> AsyncIterator[FormData]:
    """The form of a request. Raises Refused where it was not sent from one of our own pages."""
    limits = site.settings
    async with request.form(max_files=limits.upload_files, max_fields=20, max_part_size=limits.form_bytes) as form:
        if not site.access.form_is_ours(request, request.state.visit, str(form.get("csrf", ""))):
            raise Refused(403, "This form was not sent from a page of this site, or the page is old; load it again and repeat.")
        yield form


def _decide(site: Site, number: int, as_of: str | None, verb: str, status: str, because: str) -> None:
    from detente.relations.decide import decide

    if not because.strip():
        raise WrongCall("A decision needs its reason; go back and give it.")
    set_to = status if verb == "set" else None
    with site.ledger() as db:
        at = site.asked(db, as_of).known_by if as_of else datetime.now(UTC)
        confirm, undo = verb == "confirm", verb == "undo"
        decide(db, number, known_by=at, set_to=set_to, confirm=confirm, undo=undo, because=because[:2000])


def _reading(site: Site, request: Request, batch: str | None) -> Response:
    with site.ledger() as db:
        ask = site.asked(db, None)
        page = reading_page(ask, site.uploads, batch)
        if request.url.path.endswith(".json"):
            return Response(as_json(page), media_type="application/json", headers=_NO_STORE)
        only = "reading_rows.html" if request.headers.get("hx-request") and request.headers.get("hx-target") else None
        csrf = site.access.form_token(request.state.visit)
        if only:
            body = environment().get_template(only).render(p=page, to=ask.links, names=ask.names)
        else:
            body = as_html(page, ask.links, ask.names, path=request.url.path, csrf=csrf, can_write=True)
        return HTMLResponse(body, headers=_NO_STORE)


def _own_path(given: str) -> str:
    """A path of this site; anything that could lead elsewhere becomes the start page."""
    plain = given.startswith("/") and not given.startswith(("//", "/\\")) and "\\" not in given
    return given if plain and given.isprintable() else "/"


def _login_page(site: Site, request: Request, problem: str, status: int = 200) -> Response:
    target = _own_path(request.query_params.get("next", "/"))
    csrf = site.access.form_token(request.state.visit)
    body = environment().get_template("login.html").render(csrf=csrf, problem=problem, next=target)
    return HTMLResponse(body, status, headers=_NO_STORE)


# The door and failures ---------------------------------------------------------------------------------------------------


class Door:
    """ASGI middleware that knows each reader's visit, and lets only those in who may see pages."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        visit = self._site.access.visit(request)
        scope.setdefault("state", {})["visit"] = visit
        send = self._remembering(request, visit, send)
        if visit.inside or request.url.path.startswith(_OPEN):
            await self._app(scope, receive, send)
        else:
            await _turned_away(request)(scope, receive, send)

    def _remembering(self, request: Request, visit: Visit, send: Send) -> Send:
        """Answers with the cookie of a new visit, unless they set one themselves."""
        if not visit.new or request.url.path.startswith("/static/"):
            return send

        async def remembering(message: Message) -> None:
            if message["type"] == "http.response.start" and not any(k == b"set-cookie" for k, _ in message["headers"]):
                carrier = Response()
                self._site.access.remember(carrier, visit, inside=False, secure=request.url.scheme == "https")
                message["headers"] = [*message["headers"], *(h for h in carrier.raw_headers if h[0] == b"set-cookie")]
            await send(message)

        return remembering


def _turned_away(request: Request) -> Response:
    """To the page that asks for the token; programs are told."""
    path = request.url.path
    if path.endswith(".json"):
        told = error_json(401, "Give the token: `Authorization: Bearer …`.")
        return JSONResponse(told, 401, headers={"www-authenticate": "Bearer"})
    target = path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(target)}", 303)


def _add_failures(app: FastAPI, site: Site) -> None:
    """Every failure in one form: as JSON {"error": {"status", "message"}}, else a page with one sentence."""

    def shown(request: Request, status: int, message: str, **headers: str) -> Response:
        headers = {**_NO_STORE, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if request.url.path.endswith(".json"):
            return JSONResponse(error_json(status, message), status, headers=headers)
        return HTMLResponse(error_page(status, message), status, headers=headers)

    @app.exception_handler(TookTooLong)
    async def too_long(request: Request, error: TookTooLong) -> Response:
        log.warning("a page took longer than %g s: %s", error.limit_s, request.url.path)
        return shown(request, 503, _TOO_LONG.format(error.limit_s), retry_after=str(_AGAIN_S))

    @app.exception_handler(DetenteError)
    async def detente_error(request: Request, error: DetenteError) -> Response:
        missing = isinstance(error, NotThere | NoSuchItem | UnknownCode)
        wrong = isinstance(error, WrongCall | ArticleRefused)
        return shown(request, 404 if missing else 400 if wrong else 500, str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return shown(request, 422, f"{first['loc'][-1]}: {first['msg'].lower()}")

    @app.exception_handler(OverflowError)
    async def out_of_range(request: Request, error: OverflowError) -> Response:
        return shown(request, 400, "A number or a date in the address is out of range.")

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        return shown(request, error.status_code, "There is no such page." if error.status_code == 404 else str(error.detail))

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        log.error("a page failed: %s\n%s", request.url.path, traceback.format_exc(limit=-12))
        return shown(request, 500, "Something went wrong here; the log of the server says what.")
