//! A small mail server that takes whatever comes and keeps it.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// One letter.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    pub from: String,
    pub to: Vec<String>,
    /// Headers and body.
    pub data: String,
}

pub struct SmtpStub {
    pub address: SocketAddr,
    letters: Arc<Mutex<Vec<Letter>>>,
}

impl SmtpStub {
    /// Serves until the process ends. The first `refusals` letters are put off with `450`.
    pub fn start(refusals: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stub =
            Self { address: listener.local_addr().unwrap(), letters: Arc::new(Mutex::default()) };
        let letters = stub.letters.clone();
        let mut left = refusals;
        thread::spawn(move || {
            for stream in listener.incoming() {
                let refuses = left > 0;
                left = left.saturating_sub(1);
                let _ = serve(&stream.unwrap(), &letters, refuses);
            }
        });
        stub
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, letters: &Mutex<Vec<Letter>>, refuses: bool) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut out = stream;
    let mut letter = Letter::default();
    write!(out, "220 stub\r\n")?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let upper = line.to_ascii_uppercase();
        if upper.starts_with("EHLO") {
            write!(out, "250-stub\r\n250 8BITMIME\r\n")?;
        } else if upper.starts_with("MAIL") && refuses {
            write!(out, "450 busy, come back\r\n")?;
        } else if upper.starts_with("MAIL") {
            letter.from = line.to_owned();
            write!(out, "250 ok\r\n")?;
        } else if upper.starts_with("RCPT") {
            letter.to.push(line.to_owned());
            write!(out, "250 ok\r\n")?;
        } else if upper == "DATA" {
            write!(out, "354 go on\r\n")?;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line)?;
                if line.trim_end() == "." {
                    break;
                }
                letter.data.push_str(&line);
            }
            letters.lock().unwrap().push(std::mem::take(&mut letter));
            write!(out, "250 kept\r\n")?;
        } else if upper == "QUIT" {
            return write!(out, "221 bye\r\n");
        } else {
            write!(out, "250 ok\r\n")?;
        }
    }
}
