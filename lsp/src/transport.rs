//! Messages over two streams: each is a header with its length, and JSON.
//!
//! In: a stream of bytes. Out: [`Message`]s on a channel, and the other way. A message that is no JSON, or not of the protocol, is
//! answered with an error and passed over; the next one is read. Only a header without a usable length ends the connection, as
//! nobody can tell where the next message starts.

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{Connection, ErrorCode, Message};
use serde_json::{Value, json};
use std::io::{self, BufRead, Read, Write};
use std::thread::{self, JoinHandle};

/// Longer messages end the connection: no client sends them.
const MAX_MESSAGE_BYTES: usize = 256 << 20;
/// Longer headers are none.
const MAX_HEADER_BYTES: u64 = 4096;

/// What is written: a message, or the answer to what was none.
enum Outgoing {
    Message(Message),
    Raw(Value),
}

/// The threads that read and write.
pub struct Threads {
    writer: JoinHandle<io::Result<()>>,
}

impl Threads {
    /// Waits until all that was sent is written. The connection has to be dropped before. The thread that reads may wait for
    /// its stream for ever, and is left alone.
    ///
    /// # Errors
    /// Why something could not be written.
    pub fn finish(self) -> io::Result<()> {
        self.writer.join().unwrap_or_else(|_| Err(io::Error::other("the thread that writes messages failed")))
    }
}

/// A connection over two streams.
pub fn connect(
    reader: impl BufRead + Send + 'static,
    mut writer: impl Write + Send + 'static,
) -> (Connection, Threads) {
    let (outgoing, to_write) = unbounded::<Outgoing>();
    let (sender, sent) = unbounded::<Message>();
    let (received, receiver) = unbounded::<Message>();
    let answers = outgoing.clone();
    thread::spawn(move || read_all(reader, &received, &answers));
    // The two senders end at different times: what the reader answers must not keep the writer alive.
    drop(outgoing);
    let writer = thread::spawn(move || write_all(&mut writer, &sent, &to_write));
    (Connection { sender, receiver }, Threads { writer })
}

fn read_all(mut reader: impl BufRead, received: &Sender<Message>, answers: &Sender<Outgoing>) {
    // Whatever ends the stream, the server hears of it by the end of the channel.
    while let Ok(Some(bytes)) = read_one(&mut reader) {
        match understood(&bytes) {
            Ok(message) => {
                if received.send(message).is_err() {
                    return;
                }
            }
            Err(answer) => drop(answers.send(Outgoing::Raw(answer))),
        }
    }
}

/// The bytes of the next message; none at the end of the stream.
fn read_one(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if reader.by_ref().take(MAX_HEADER_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        if !line.ends_with('\n') {
            return Err(wrong("a header without an end"));
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok().filter(|length| *length <= MAX_MESSAGE_BYTES);
        }
    }
    let length = length.ok_or_else(|| wrong("a header without a usable length"))?;
    // What is said to come may not come: memory is taken as it does.
    let mut bytes = Vec::new();
    if reader.by_ref().take(length as u64).read_to_end(&mut bytes)? < length {
        return Ok(None);
    }
    Ok(Some(bytes))
}

/// The message, or the answer to what is none.
fn understood(bytes: &[u8]) -> Result<Message, Value> {
    let answer = |id: Value, code: ErrorCode, message: String| json!({"jsonrpc": "2.0", "id": id, "error": {"code": code as i32, "message": message}});
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| answer(Value::Null, ErrorCode::ParseError, format!("this is not JSON: {error}")))?;
    let id = value.get("id").filter(|id| id.is_string() || id.is_i64()).cloned().unwrap_or(Value::Null);
    serde_json::from_value(value)
        .map_err(|_| answer(id, ErrorCode::InvalidRequest, "this is no message of the protocol".to_owned()))
}

fn write_all(writer: &mut impl Write, sent: &Receiver<Message>, raw: &Receiver<Outgoing>) -> io::Result<()> {
    let mut raw = raw.clone();
    loop {
        let outgoing = crossbeam_channel::select! {
            recv(sent) -> message => match message {
                Ok(message) => Outgoing::Message(message),
                Err(_) => return Ok(()),
            },
            recv(raw) -> value => match value {
                Ok(value) => value,
                // Nothing is read any more.
                Err(_) => {
                    raw = crossbeam_channel::never();
                    continue;
                }
            },
        };
        match outgoing {
            Outgoing::Message(message) => message.write(writer)?,
            Outgoing::Raw(value) => {
                let text = value.to_string();
                write!(writer, "Content-Length: {}\r\n\r\n{text}", text.len())?;
                writer.flush()?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn framed(texts: &[&str]) -> Vec<u8> {
        texts.iter().flat_map(|text| format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()).collect()
    }

    #[test]
    fn what_is_no_message_is_passed_over() {
        let good = r#"{"jsonrpc":"2.0","method":"a"}"#;
        let bytes = framed(&["{", good, r#"{"id":7,"what":1}"#, "[]", good]);
        let (sender, receiver) = unbounded();
        let (answers, answered) = unbounded();
        read_all(Cursor::new(bytes), &sender, &answers);
        drop((sender, answers));
        assert_eq!(receiver.iter().count(), 2);
        let ids: Vec<Value> = answered
            .iter()
            .map(|answer| match answer {
                Outgoing::Raw(value) => value["id"].clone(),
                Outgoing::Message(_) => Value::Bool(false),
            })
            .collect();
        assert_eq!(ids, [Value::Null, json!(7), Value::Null]);
    }

    #[test]
    fn headers_may_say_more_and_lengths_may_lie() {
        let text = r#"{"jsonrpc":"2.0","method":"a"}"#;
        let header = format!("Content-Type: x; charset=utf-8\r\ncontent-length:{}\r\n\r\n{text}", text.len());
        assert_eq!(read_one(&mut Cursor::new(header)).ok().flatten().as_deref(), Some(text.as_bytes()));
        assert!(matches!(read_one(&mut Cursor::new("Content-Length: 99999999\r\n\r\n{}")), Ok(None)));
        assert!(read_one(&mut Cursor::new("Content-Length: 999999999999\r\n\r\n{}")).is_err());
        assert!(read_one(&mut Cursor::new("Other: 1\r\n\r\n{}")).is_err());
        assert!(read_one(&mut Cursor::new("x".repeat(10_000))).is_err());
    }
}
