//! A server on the loopback for tests: answers as a function of what is asked, with every manner of failing.
//!
//! It keeps what it was asked, so that a test can say what no host may see. Shared by the tests of several crates.
#![allow(dead_code, unreachable_pub, reason = "each crate that shares it uses another part")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Ask {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The path alone, decoded.
    pub fn path(&self) -> String {
        decode(self.target.split('?').next().unwrap_or_default())
    }

    /// The bytes of `Range: bytes=a-b`.
    pub fn range(&self) -> Option<(u64, u64)> {
        let (start, last) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some((start.parse().ok()?, last.parse().unwrap_or(u64::MAX)))
    }
}

/// How an answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Plain,
    /// Say the length of the whole, send this much, end the connection.
    Cut(usize),
    /// Say a length that is off by this much.
    Off(i64),
    /// Say nothing, and keep the connection.
    Hang,
    /// One byte at a time.
    Trickle,
    /// Bytes that are no HTTP.
    Garbage,
    /// End the connection at once.
    Drop,
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub manner: Manner,
}

impl Answer {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), manner: Manner::Plain }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn sent(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }
}

type Handler = dyn Fn(&Ask) -> Answer + Send + Sync;

/// A server that lives as long as the test.
pub struct Server {
    pub address: String,
    asked: Arc<Mutex<Vec<Ask>>>,
    sent: Arc<Mutex<u64>>,
}

impl Server {
    pub fn start(handler: impl Fn(&Ask) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (asked, sent) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let handler: Arc<Handler> = Arc::new(handler);
        let (log, count) = (Arc::clone(&asked), Arc::clone(&sent));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, log, count) = (Arc::clone(&handler), Arc::clone(&log), Arc::clone(&count));
                std::thread::spawn(move || serve(stream, &*handler, &log, &count));
            }
        });
        Self { address, asked, sent }
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Ask> {
        self.asked.lock().expect("log").clone()
    }

    /// The paths that were asked so far.
    pub fn paths(&self) -> Vec<String> {
        self.asked().iter().map(Ask::path).collect()
    }

    /// Bytes of bodies sent so far.
    pub fn sent(&self) -> u64 {
        *self.sent.lock().expect("count")
    }
}

fn serve(stream: TcpStream, handler: &Handler, log: &Mutex<Vec<Ask>>, count: &Mutex<u64>) {
    let Ok(reading) = stream.try_clone() else { return };
    let (mut reader, mut writer) = (BufReader::new(reading), stream);
    while let Some(ask) = read_ask(&mut reader) {
        let answer = handler(&ask);
        log.lock().expect("log").push(ask);
        let mut head = format!("HTTP/1.1 {} X\r\n", answer.status);
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let length = answer.body.len() as i64
            + match answer.manner {
                Manner::Off(by) => by,
                _ => 0,
            };
        head.push_str(&format!("content-length: {length}\r\n\r\n"));
        let body = &answer.body;
        *count.lock().expect("count") += body.len() as u64;
        let outcome = match answer.manner {
            Manner::Plain => writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body)),
            Manner::Cut(at) => {
                let _ = writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(&body[..at.min(body.len())]));
                return end(&writer);
            }
            Manner::Off(_) => {
                let _ = writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body));
                return end(&writer);
            }
            Manner::Hang => {
                // Until the other side gives up.
                let _ = reader.read(&mut [0; 1]);
                return;
            }
            Manner::Trickle => writer.write_all(head.as_bytes()).and_then(|()| {
                body.iter().try_for_each(|byte| writer.write_all(&[*byte]).and_then(|()| writer.flush()))
            }),
            Manner::Garbage => {
                let _ = writer.write_all(b"\x00\x01 this is no HTTP\r\n\r\n");
                return end(&writer);
            }
            Manner::Drop => return end(&writer),
        };
        if outcome.is_err() {
            return;
        }
    }
}

fn end(stream: &TcpStream) {
    let _ = stream.shutdown(std::net::Shutdown::Both);
}

fn read_ask(reader: &mut BufReader<TcpStream>) -> Option<Ask> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        let line = line.trim_end();
        if line.is_empty() {
            return Some(Ask { target, headers });
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

/// `%41` → `A`.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
