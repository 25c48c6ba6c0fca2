//! The client against a server that answers well and badly. No test waits: the clock is ours.

use super::*;
use crate::testing::server::{Answer, Ask, Manner, Server};
use expect_test::{Expect, expect};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::UNIX_EPOCH;

/// A clock that stands, but for sleeps, and that goes on by `step` each time it is looked at.
pub(crate) struct TestClock {
    at: Mutex<SystemTime>,
    step: Duration,
    pub(crate) slept: Mutex<Vec<Duration>>,
}

impl TestClock {
    pub(crate) fn new(step: Duration) -> Arc<Self> {
        let at = Mutex::new(UNIX_EPOCH + Duration::from_secs(784_111_777));
        Arc::new(Self { at, step, slept: Mutex::default() })
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        let mut at = self.at.lock().expect("clock");
        *at += self.step;
        *at
    }

    fn sleep(&self, time: Duration) {
        *self.at.lock().expect("clock") += time;
        self.slept.lock().expect("clock").push(time);
    }
}

fn settings() -> Settings {
    Settings { offline: false, patience: Duration::from_millis(300), ..Settings::local() }
}

fn client(settings: &Settings) -> (Client, Arc<TestClock>) {
    let clock = TestClock::new(Duration::ZERO);
    let shared: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
    (Client::with_clock(settings, shared), clock)
}

/// What a GET gives, the requests and the waits that it took. `PORT` stands for the address of the server.
fn show(server: &Server, client: &Client, clock: &TestClock, get: &Get<'_>) -> String {
    let outcome = match client.get(get) {
        Ok(reply) => {
            let total = reply.total.map_or("unknown".to_owned(), |total| total.to_string());
            format!("{} {:?} of {total}", reply.status, String::from_utf8_lossy(&reply.body))
        }
        Err(failure) => format!("{failure}"),
    };
    let slept: Vec<u128> = clock.slept.lock().expect("clock").iter().map(Duration::as_millis).collect();
    let outcome = outcome.replace(&server.address, "HOST");
    format!("{outcome}; {} requests, waits {slept:?}", server.asked().len())
}

#[track_caller]
fn check(handler: impl Fn(&Ask) -> Answer + Send + Sync + 'static, range: Option<Range<u64>>, expected: Expect) {
    let server = Server::start(handler);
    let (client, clock) = client(&settings());
    let address = format!("{}/file?signature=secret", server.address);
    let get = Get { range, ..Get::new(&address, 64) };
    expected.assert_eq(&show(&server, &client, &clock, &get));
}

/// The first `times` answers are `bad`, the others good.
fn first(times: usize, bad: Answer) -> impl Fn(&Ask) -> Answer + Send + Sync {
    let count = AtomicUsize::new(0);
    move |_| {
        if count.fetch_add(1, Ordering::SeqCst) < times { bad.clone() } else { Answer::new(200, "good") }
    }
}

#[test]
fn answers_are_taken_whole() {
    check(|_| Answer::new(200, "abc"), None, expect![[r#"200 "abc" of 3; 1 requests, waits []"#]]);
    check(|_| Answer::new(404, "no"), None, expect![[r#"404 "no" of 2; 1 requests, waits []"#]]);
    check(
        |_| Answer::new(200, vec![b'x'; 65]),
        None,
        expect!["the answer is longer than the cap of 64 bytes; 1 requests, waits []"],
    );
    check(
        |_| Answer::new(200, "x").with("content-encoding", "gzip"),
        None,
        expect!["HOST/file: the answer is packed although that was not asked for; 1 requests, waits []"],
    );
}

#[test]
fn what_may_pass_is_asked_again_and_what_does_not_is_told() {
    check(first(2, Answer::new(503, "")), None, expect![[r#"200 "good" of 4; 3 requests, waits [500, 1000]"#]]);
    check(
        first(9, Answer::new(500, "")),
        None,
        expect!["HOST/file answers 500 (4 attempts); 4 requests, waits [500, 1000, 2000]"],
    );
    check(
        first(1, Answer::new(200, "abcdef").sent(Manner::Cut(3))),
        None,
        expect![[r#"200 "good" of 4; 2 requests, waits [500]"#]],
    );
    check(
        first(1, Answer::new(200, "").sent(Manner::Drop)),
        None,
        expect![[r#"200 "good" of 4; 2 requests, waits [500]"#]],
    );
    check(
        first(1, Answer::new(200, "").sent(Manner::Garbage)),
        None,
        expect![[r#"200 "good" of 4; 2 requests, waits [500]"#]],
    );
    check(
        first(1, Answer::new(200, "abc").sent(Manner::Off(9))),
        None,
        expect![[r#"200 "good" of 4; 2 requests, waits [500]"#]],
    );
    check(|_| Answer::new(200, "abc").sent(Manner::Off(-1)), None, expect![[r#"200 "ab" of 2; 1 requests, waits []"#]]);
}

#[test]
fn limits_of_a_platform_are_honoured() {
    check(
        first(1, Answer::new(429, "").with("retry-after", "7")),
        None,
        expect![[r#"200 "good" of 4; 2 requests, waits [7000]"#]],
    );
    check(
        first(1, Answer::new(429, "").with("retry-after", "Sun, 06 Nov 1994 08:49:57 GMT")),
        None,
        expect![[r#"200 "good" of 4; 2 requests, waits [20000]"#]],
    );
    check(
        first(1, Answer::new(429, "").with("ratelimit", "\"api\";r=0;t=250")),
        None,
        expect![[r#"200 "good" of 4; 2 requests, waits [250000]"#]],
    );
    check(
        first(1, Answer::new(429, "").with("retry-after", "3600")),
        None,
        expect![
            "the platform takes no more requests for 3600 seconds: try again then, or give a token for a higher limit; 1 requests, waits []"
        ],
    );
    // An answer that says that it was the last one for now: the next request waits before it is made.
    let server = Server::start(first(1, Answer::new(200, "last").with("ratelimit", "\"api\";r=0;t=12")));
    let (client, clock) = client(&settings());
    let get = Get::new(&server.address, 64);
    expect![[r#"200 "last" of 4; 1 requests, waits []"#]].assert_eq(&show(&server, &client, &clock, &get));
    expect![[r#"200 "good" of 4; 2 requests, waits [12000]"#]].assert_eq(&show(&server, &client, &clock, &get));
}

#[test]
fn a_server_that_is_silent_or_slow_is_given_up_and_not_tried_again() {
    let server = Server::start(|_| Answer::new(200, "x").sent(Manner::Hang));
    let (silent, clock) = client(&settings());
    let get = Get::new(&server.address, 64);
    let shown = show(&server, &silent, &clock, &get);
    assert!(
        shown.starts_with("HOST does not answer (") && shown.ends_with("(2 attempts); 2 requests, waits [500]"),
        "{shown}"
    );
    let again = show(&server, &silent, &clock, &get);
    assert!(again.ends_with("(2 attempts); 2 requests, waits [500]"), "{again}");

    let server = Server::start(|_| Answer::new(200, "xxxxxxxxxx").sent(Manner::Trickle));
    let clock = TestClock::new(Duration::from_secs(1));
    let shared: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
    let slow = Client::with_clock(&settings(), shared);
    let shown = show(&server, &slow, &clock, &Get::new(&server.address, 64));
    assert!(shown.contains(" bytes in 1 seconds (2 attempts); 2 requests"), "{shown}");
}

#[test]
fn redirects_are_followed_with_care() {
    let to = |place: &'static str| move |_: &Ask| Answer::new(302, "").with("location", place);
    check(to("/file"), None, expect!["HOST/file redirects more than 5 times; 6 requests, waits []"]);
    check(
        to("ftp://host/"),
        None,
        expect![
            "HOST/file redirects to an address that is none, or of a kind that is not followed: not followed; 1 requests, waits []"
        ],
    );
    check(|_| Answer::new(307, ""), None, expect!["HOST/file answers 307 without saying where; 1 requests, waits []"]);
}

#[test]
fn a_token_goes_to_its_own_host_alone() {
    let other = Server::start(|_| Answer::new(200, "bytes"));
    let there = other.address.clone();
    let own = Server::start(move |ask| match ask.path().as_str() {
        "/start" => Answer::new(307, "").with("location", "/moved"),
        _ => Answer::new(302, "").with("location", format!("{there}/bytes")).with("x-repo-commit", "abc"),
    });
    let secret = Secret::new("hf_very_secret").expect("secret");
    let settings = Settings { hub_token: Some(secret.clone()), ..settings() };
    let (client, _) = client(&settings);
    let pass = Pass { secret, origin: address::origin(&own.address).expect("origin") };
    let address = format!("{}/start", own.address);
    let reply = client.get(&Get { pass: Some(&pass), ..Get::new(&address, 64) }).expect("reply");
    assert_eq!((reply.body.as_slice(), reply.first("x-repo-commit")), (&b"bytes"[..], None));
    assert!(own.asked().iter().all(|ask| ask.header("authorization") == Some("Bearer hf_very_secret")));
    assert_eq!((own.asked().len(), other.asked().len()), (2, 1));
    assert!(other.asked().iter().all(|ask| !format!("{ask:?}").contains("hf_very_secret")));
    assert_eq!(client.clean("you sent\u{1b} hf_very_secret"), "you sent  …");
    assert!(!format!("{client:?} {pass:?}").contains("hf_very_secret"));
}

#[test]
fn parts_of_files() {
    let whole = "0123456789";
    let part = move |range: &'static str, body: &'static str| {
        move |_: &Ask| Answer::new(206, body).with("content-range", range)
    };
    check(part("bytes 2-4/10", "234"), Some(2..5), expect![[r#"206 "234" of 10; 1 requests, waits []"#]]);
    check(part("bytes 2-4/*", "234"), Some(2..5), expect![[r#"206 "234" of unknown; 1 requests, waits []"#]]);
    check(part("bytes 2-3/10", "23"), Some(2..5), expect![[r#"206 "23" of 10; 1 requests, waits []"#]]);
    check(
        part("bytes 0-2/10", "012"),
        Some(2..5),
        expect!["HOST/file: bytes 2–5 were asked for, and bytes 0–3 came; 1 requests, waits []"],
    );
    check(
        part("bytes 2-9/5", "234"),
        Some(2..5),
        expect!["HOST/file: a part of a file that does not say which part it is; 1 requests, waits []"],
    );
    check(
        part("bytes 4-2/10", "234"),
        Some(2..5),
        expect!["HOST/file: a part of a file that does not say which part it is; 1 requests, waits []"],
    );
    check(
        |_| Answer::new(206, "234"),
        Some(2..5),
        expect!["HOST/file: a part of a file that does not say which part it is; 1 requests, waits []"],
    );
    check(
        |_| Answer::new(206, "234"),
        None,
        expect!["HOST/file: a part of a file came, and the whole was asked for; 1 requests, waits []"],
    );
    check(move |_| Answer::new(200, whole), Some(2..5), expect![[r#"200 "234" of 10; 1 requests, waits []"#]]);
    check(move |_| Answer::new(200, whole), Some(8..64), expect![[r#"200 "89" of 10; 1 requests, waits []"#]]);
    check(
        |_| Answer::new(200, vec![b'x'; 200]),
        Some(65..80),
        expect!["HOST/file: the server does not give parts of files; 1 requests, waits []"],
    );
}

#[test]
fn the_budget_is_one_for_the_run() {
    let server = Server::start(|_| Answer::new(200, "0123456789"));
    let (client, clock) = client(&Settings { requests: 2, bytes: 15, ..settings() });
    let get = Get::new(&server.address, 64);
    for _ in 0..2 {
        client.get(&get).expect("within the budget");
    }
    expect!["the budget of this run is used up: 2 requests; `--budget` raises it; 2 requests, waits []"]
        .assert_eq(&show(&server, &client, &clock, &get));
    assert_eq!(client.spent(), (2, 20));
}

#[test]
fn offline_means_offline() {
    let server = Server::start(|_| Answer::new(200, "x"));
    let (client, clock) = client(&Settings::local());
    expect!["no connection is made in offline mode; 0 requests, waits []"].assert_eq(&show(
        &server,
        &client,
        &clock,
        &Get::new(&server.address, 64),
    ));
}
