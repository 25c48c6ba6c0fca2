//! One plain blocking HTTP client: ranges, retries, waits that a platform asks for, redirects, budget, caps.
//!
//! It knows no platform. A failure is a value that says what happened at which address; the query of an address, in
//! which signatures stand, and the texts of servers are never shown without being cleaned.
//!
//! Long because one request with all that platforms ask of it is one thing.

pub(crate) mod address;
pub(crate) mod limits;

use crate::caps;
use crate::settings::{Note, Pass, Secret, Settings};
use address::{origin, redirected, shown};
use limits::{Clock, RealClock, backoff, exhausted, retry_after};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read as _;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};
use ureq::Agent;
use ureq::http::{HeaderMap, Request};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Get<'a> {
    pub(crate) address: &'a str,
    /// Bytes wanted; all where it is `None`.
    pub(crate) range: Option<Range<u64>>,
    /// Most bytes of the body that are taken.
    pub(crate) cap: u64,
    pub(crate) accept: &'a str,
    pub(crate) pass: Option<&'a Pass>,
}

impl<'a> Get<'a> {
    pub(crate) fn new(address: &'a str, cap: u64) -> Self {
        Self { address, range: None, cap, accept: "*/*", pass: None }
    }
}

/// An answer that came whole. Its status is one that says something of what was asked, not of the server's troubles.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Headers of the first answer, before redirects: there the hub says which commit and file it is.
    pub(crate) first: HeaderMap,
    /// Headers of the last answer.
    pub(crate) headers: HeaderMap,
    /// The bytes asked for: of a range, exactly those.
    pub(crate) body: Vec<u8>,
    /// Length of the whole, where the server says it.
    pub(crate) total: Option<u64>,
    /// Where redirects led.
    pub(crate) address: String,
}

impl Reply {
    /// A header of the last answer.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A header of the first answer.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.first.get(name)?.to_str().ok()
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection may be made.
    Offline,
    /// The budget of the run is used up.
    Budget(String),
    /// The platform's limit is reached, and lasts longer than is waited.
    Limited(Duration),
    /// The body is longer than what is taken.
    TooLarge(u64),
    /// Nothing usable came, after retries.
    Unreachable(String),
    /// What came is not what was asked for.
    Protocol(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offline => f.write_str("no connection is made in offline mode"),
            Self::Budget(what) => write!(f, "the budget of this run is used up: {what}; `--budget` raises it"),
            Self::Limited(wait) => write!(
                f,
                "the platform takes no more requests for {} seconds: try again then, or give a token for a higher limit",
                wait.as_secs()
            ),
            Self::TooLarge(cap) => write!(f, "the answer is longer than the cap of {cap} bytes"),
            Self::Unreachable(what) | Self::Protocol(what) => f.write_str(what),
        }
    }
}

/// The client. One for a run, so that its budget is one.
pub(crate) struct Client {
    settings: Settings,
    /// Made when the first connection is: what stands in the way of it is none of those who need none.
    agent: OnceLock<Result<Agent, String>>,
    clock: Arc<dyn Clock>,
    secrets: Vec<Secret>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    requests: u64,
    bytes: u64,
    waited: Duration,
    /// Origins that take no request before a time.
    quiet: BTreeMap<String, SystemTime>,
    /// Origins that did not answer even after retries, and how: not tried again.
    down: BTreeMap<String, String>,
}

/// One exchange that did not succeed.
enum Trouble {
    /// It may help to ask again, after a wait where one is named.
    Again { what: String, wait: Option<Duration> },
    /// The server is silent or slow: asked once more at most.
    Silent(String),
    /// It does not help to ask again.
    Final(Failure),
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("offline", &self.settings.offline).finish_non_exhaustive()
    }
}

impl Client {
    /// A client as the settings say.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self::with_clock(settings, Arc::new(RealClock))
    }

    /// A client with another clock.
    pub(crate) fn with_clock(settings: &Settings, clock: Arc<dyn Clock>) -> Self {
        let secrets = settings.secrets();
        Self { settings: settings.clone(), agent: OnceLock::new(), clock, secrets, state: Mutex::default() }
    }

    fn agent(&self) -> Result<&Agent, Failure> {
        if self.settings.offline {
            return Err(Failure::Offline);
        }
        let made = self.agent.get_or_init(|| agent(&self.settings));
        made.as_ref().map_err(|why| Failure::Unreachable(why.clone()))
    }

    /// Whether no connection may be made.
    pub(crate) fn is_offline(&self) -> bool {
        self.settings.offline
    }

    /// Requests made and bytes taken so far.
    pub(crate) fn spent(&self) -> (u64, u64) {
        let state = self.state();
        (state.requests, state.bytes)
    }

    /// Tell of a step or an event.
    pub(crate) fn tell(&self, note: Note) {
        if let Some(listener) = &self.settings.listener {
            listener(note);
        }
    }

    /// A text of a server: without secrets and control characters, not long.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        for secret in &self.secrets {
            text = text.replace(secret.reveal(), "…");
        }
        match text.char_indices().nth(200) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    /// Whether some text holds a secret.
    pub(crate) fn holds_secret(&self, text: &[u8]) -> bool {
        self.secrets.iter().any(|secret| {
            let secret = secret.reveal().as_bytes();
            text.windows(secret.len()).any(|window| window == secret)
        })
    }

    /// Ask, with retries and redirects. Answers `2xx`, `3xx` without a target, and `4xx` other than those that mean
    /// "later" are replies.
    pub(crate) fn get(&self, get: &Get<'_>) -> Result<Reply, Failure> {
        self.agent()?;
        let first = origin(get.address)
            .ok_or_else(|| Failure::Protocol(format!("`{}` is no address of http or https", shown(get.address))))?;
        let (mut attempt, mut silent) = (0, 0);
        loop {
            if let Some(what) = self.state().down.get(&first) {
                return Err(Failure::Unreachable(what.clone()));
            }
            attempt += 1;
            let (what, wait) = match self.exchange(get) {
                Ok(reply) => return Ok(reply),
                Err(Trouble::Final(failure)) => return Err(failure),
                Err(Trouble::Again { what, wait }) => (what, wait),
                Err(Trouble::Silent(what)) => {
                    silent += 1;
                    (what, None)
                }
            };
            if attempt >= caps::ATTEMPTS || silent >= 2 {
                let what = format!("{what} ({attempt} attempts)");
                if silent >= 2 {
                    self.state().down.insert(first, what.clone());
                }
                return Err(Failure::Unreachable(what));
            }
            match wait {
                Some(wait) => self.wait(wait)?,
                None => self.clock.sleep(backoff(attempt)),
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wait as a platform asks, if all waits together stay bearable.
    fn wait(&self, wait: Duration) -> Result<(), Failure> {
        {
            let mut state = self.state();
            if state.waited + wait > caps::WAITS {
                return Err(Failure::Limited(wait));
            }
            state.waited += wait;
        }
        if wait >= Duration::from_secs(3) {
            let seconds = wait.as_secs();
            self.tell(Note::Notice(format!("the platform's limit of requests is reached: waiting {seconds} seconds")));
        }
        self.clock.sleep(wait);
        Ok(())
    }

    /// One request and its redirects.
    fn exchange(&self, get: &Get<'_>) -> Result<Reply, Trouble> {
        let mut address = get.address.to_owned();
        let mut first: Option<HeaderMap> = None;
        for _ in 0..=caps::REDIRECTS {
            let origin = origin(&address).unwrap_or_default();
            let response = self.send(get, &address, &origin)?;
            let status = response.status().as_u16();
            let headers = response.headers();
            let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
            let now = self.clock.now();
            if let Some(wait) = header("ratelimit").and_then(exhausted)
                && status != 429
            {
                self.state().quiet.insert(origin.clone(), now + wait);
            }
            if matches!(status, 408 | 429 | 500 | 502..=504 | 520..=530) {
                let wait = header("retry-after")
                    .and_then(|value| retry_after(value, now))
                    .or_else(|| header("ratelimit").and_then(exhausted));
                return Err(Trouble::Again { what: format!("{} answers {status}", shown(&address)), wait });
            }
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                let kept = first.unwrap_or_else(|| headers.clone());
                return self.body(get, response, address, kept);
            }
            let Some(location) = header("location") else {
                let what = format!("{} answers {status} without saying where", shown(&address));
                return Err(Trouble::Final(Failure::Protocol(what)));
            };
            let target = redirected(&address, location).map_err(|why| {
                let what = format!("{} redirects {why}: not followed", shown(&address));
                Trouble::Final(Failure::Protocol(what))
            })?;
            first.get_or_insert_with(|| headers.clone());
            address = target;
        }
        let what = format!("{} redirects more than {} times", shown(get.address), caps::REDIRECTS);
        Err(Trouble::Final(Failure::Protocol(what)))
    }

    fn send(&self, get: &Get<'_>, address: &str, to: &str) -> Result<ureq::http::Response<ureq::Body>, Trouble> {
        let quiet = self.state().quiet.get(to).copied();
        if let Some(wait) = quiet.and_then(|until| until.duration_since(self.clock.now()).ok()) {
            self.wait(wait).map_err(Trouble::Final)?;
            self.state().quiet.remove(to);
        }
        {
            let mut state = self.state();
            if state.requests >= self.settings.requests {
                let what = format!("{} requests", self.settings.requests);
                return Err(Trouble::Final(Failure::Budget(what)));
            }
            if state.bytes >= self.settings.bytes {
                let what = format!("{} bytes", self.settings.bytes);
                return Err(Trouble::Final(Failure::Budget(what)));
            }
            state.requests += 1;
        }
        let mut request = Request::get(address).header("accept", get.accept).header("accept-encoding", "identity");
        if let Some(range) = &get.range {
            request = request.header("range", format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        }
        // Compared with where this request really goes: a redirect to another host carries no token.
        if let Some(pass) = get.pass.filter(|pass| pass.origin == to) {
            request = request.header("authorization", format!("Bearer {}", pass.secret.reveal()));
        }
        let bad = |what: &str| Trouble::Final(Failure::Protocol(format!("{}: {what}", shown(address))));
        let request = request.body(()).map_err(|_| bad("no request can be made of this address"))?;
        let agent = self.agent().map_err(Trouble::Final)?;
        agent.run(request).map_err(|error| trouble(address, &error))
    }

    fn body(
        &self,
        get: &Get<'_>,
        response: ureq::http::Response<ureq::Body>,
        address: String,
        first: HeaderMap,
    ) -> Result<Reply, Trouble> {
        let (parts, body) = response.into_parts();
        let status = parts.status.as_u16();
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let protocol = |what: String| Trouble::Final(Failure::Protocol(format!("{}: {what}", shown(&address))));
        if header("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
            return Err(protocol("the answer is packed although that was not asked for".to_owned()));
        }
        let length: Option<u64> = header("content-length").and_then(|text| text.trim().parse().ok());
        let (mut skip, mut take, mut total) = (0, None, length);
        match (&get.range, status) {
            (Some(range), 206) => {
                let said = header("content-range").and_then(content_range);
                let Some((bytes, whole)) = said else {
                    return Err(protocol("a part of a file that does not say which part it is".to_owned()));
                };
                if bytes.start != range.start || bytes.end > range.end || bytes.is_empty() {
                    return Err(protocol(format!(
                        "bytes {}–{} were asked for, and bytes {}–{} came",
                        range.start, range.end, bytes.start, bytes.end
                    )));
                }
                take = Some(bytes.end - bytes.start);
                total = whole;
            }
            // The server ignores ranges: what is wanted is taken from the whole, and the rest is left in the pipe.
            (Some(range), 200) => {
                if range.end > get.cap {
                    return Err(protocol("the server does not give parts of files".to_owned()));
                }
                skip = range.start;
                let end = length.map_or(range.end, |length| length.min(range.end));
                take = Some(end.saturating_sub(skip));
            }
            (None, 206) => return Err(protocol("a part of a file came, and the whole was asked for".to_owned())),
            _ => {}
        }
        let wanted = take.or(length);
        if wanted.is_some_and(|wanted| wanted + skip > get.cap) {
            return Err(Trouble::Final(Failure::TooLarge(get.cap)));
        }
        let most = take.map_or(get.cap + 1, |take| take + skip);
        let mut bytes = self.take_body(body, most, &address)?;
        if take.is_none() && bytes.len() as u64 > get.cap {
            return Err(Trouble::Final(Failure::TooLarge(get.cap)));
        }
        let whole = bytes.len() as u64;
        if wanted.is_some_and(|wanted| whole < wanted + skip) {
            let what = format!("{}: the connection ended after {whole} bytes", shown(&address));
            return Err(Trouble::Again { what, wait: None });
        }
        if skip > 0 {
            bytes.drain(..usize::try_from(skip).unwrap_or(usize::MAX).min(bytes.len()));
        }
        Ok(Reply { status, first, headers: parts.headers, body: bytes, total, address })
    }

    fn take_body(&self, body: ureq::Body, most: u64, address: &str) -> Result<Vec<u8>, Trouble> {
        let mut reader = body.into_with_config().limit(u64::MAX).reader().take(most);
        let mut bytes = Vec::new();
        let mut piece = vec![0; 64 << 10];
        let began = self.clock.now();
        let mut told = 0;
        loop {
            match reader.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => bytes.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.state().bytes += bytes.len() as u64;
                    let what = format!("{}: the connection broke: {}", shown(address), self.clean(&error.to_string()));
                    let silent = error.kind() == std::io::ErrorKind::TimedOut || error.to_string().contains("timeout");
                    return Err(if silent { Trouble::Silent(what) } else { Trouble::Again { what, wait: None } });
                }
            }
            let got = bytes.len() as u64;
            let passed = self.clock.now().duration_since(began).unwrap_or_default();
            let bearable = self.settings.patience * 2 + Duration::from_secs(got / caps::SLOWEST);
            if passed > bearable {
                self.state().bytes += got;
                let what = format!("{}: only {got} bytes in {} seconds", shown(address), passed.as_secs());
                return Err(Trouble::Silent(what));
            }
            if got - told >= 1 << 20 {
                told = got;
                self.tell(Note::Progress(format!("{} MiB of {}", got >> 20, shown(address))));
            }
        }
        self.state().bytes += bytes.len() as u64;
        Ok(bytes)
    }
}

fn agent(settings: &Settings) -> Result<Agent, String> {
    let mut tls = TlsConfig::builder();
    if let Some(path) = &settings.certificates {
        let wrong = |why: &str| format!("the certificates of `{}` cannot be used: {why}", path.display());
        let pem = std::fs::read(path).map_err(|error| wrong(&error.to_string()))?;
        let roots: Vec<_> = parse_pem(&pem)
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if roots.is_empty() {
            return Err(wrong("there is none in it"));
        }
        tls = tls.root_certs(RootCerts::new_with_certs(&roots));
    }
    let mut config = Agent::config_builder()
        .tls_config(tls.build())
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("candor/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(settings.patience))
        .timeout_recv_response(Some(settings.patience * 2))
        .timeout_per_read(Some(settings.patience))
        .max_response_header_size(64 << 10);
    if !settings.proxy {
        config = config.proxy(None);
    }
    Ok(config.build().new_agent())
}

/// `bytes 0-99/1234`: the bytes, and the length of the whole where it is known.
fn content_range(value: &str) -> Option<(Range<u64>, Option<u64>)> {
    let (bytes, total) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, last) = bytes.split_once('-')?;
    let (start, last): (u64, u64) = (start.trim().parse().ok()?, last.trim().parse().ok()?);
    let total: Option<u64> = total.trim().parse().ok();
    let fine = last >= start && last < u64::MAX && total.is_none_or(|total| last < total);
    fine.then_some((start..last + 1, total))
}

fn trouble(address: &str, error: &ureq::Error) -> Trouble {
    let at = shown(address);
    match error {
        ureq::Error::Timeout(which) => Trouble::Silent(format!("{at} does not answer ({which})")),
        ureq::Error::HostNotFound => {
            Trouble::Silent(format!("{at}: there is no such host; check the connection and the address"))
        }
        ureq::Error::ConnectionFailed => Trouble::Silent(format!("{at}: no connection")),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            Trouble::Silent(format!("{at}: the connection is refused"))
        }
        ureq::Error::Io(error) if error.to_string().contains("lookup address") => {
            Trouble::Silent(format!("{at}: its name cannot be resolved; check the connection"))
        }
        ureq::Error::Io(error) => Trouble::Again { what: format!("{at}: {error}"), wait: None },
        ureq::Error::Protocol(error) => Trouble::Again { what: format!("{at}: not HTTP: {error}"), wait: None },
        ureq::Error::LargeResponseHeader(..) => {
            Trouble::Final(Failure::Protocol(format!("{at}: headers longer than are taken")))
        }
        ureq::Error::Rustls(error) => Trouble::Final(Failure::Unreachable(format!(
            "{at}: no secured connection: {error}; certificates of your own are named by SSL_CERT_FILE"
        ))),
        other => Trouble::Again { what: format!("{at}: {other}"), wait: None },
    }
}

#[cfg(test)]
pub(crate) mod tests;
