//! Answers calls from a recording.

use super::format::{Question, Recording};
use crate::calls::{Answer, Answered, Call, Tap};
use crate::failure::{Failure, FailureKind};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Answers each call as it was answered, whatever the order.
pub struct Replayer {
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    /// By question, without the number that it opens.
    questions: HashMap<String, VecDeque<Reply>>,
    /// What follows an opened thing, by its number in the recording.
    follow: BTreeMap<u32, VecDeque<Answered>>,
    /// Numbers of the recording, by the number of now.
    numbers: HashMap<u32, u32>,
}

struct Reply {
    /// The number that was opened by it.
    number: Option<u32>,
    answer: Answered,
}

impl Replayer {
    /// Takes a recording's answers to one question.
    pub fn new(recording: &Recording, of: Question) -> Self {
        let mut answers = Answers::default();
        for exchange in recording.calls.iter().filter(|one| one.of == of) {
            let (call, answer) = (&exchange.call, exchange.answer.clone());
            match followed(call) {
                Some(number) => answers.follow.entry(number).or_default().push_back(answer),
                None => {
                    let (question, number) = question(call);
                    let replies = answers.questions.entry(question).or_default();
                    replies.push_back(Reply { number, answer });
                }
            }
        }
        Self {
            answers: Mutex::new(answers),
        }
    }

    /// Answers that nobody has asked for.
    pub fn left(&self) -> usize {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let questions = answers.questions.values().map(VecDeque::len);
        let follow = answers.follow.values().map(VecDeque::len);
        questions.chain(follow).sum()
    }
}

impl Tap for Replayer {
    fn before(&self, call: &Call) -> Option<Answered> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        Some(answers.to(call))
    }

    fn is_live(&self) -> bool {
        false
    }
}

impl Answers {
    fn to(&mut self, call: &Call) -> Answered {
        if let Some(number) = followed(call) {
            return self.next(number, call);
        }
        let (question, now) = question(call);
        let reply = self.questions.get_mut(&question);
        let reply = reply.and_then(VecDeque::pop_front);
        let reply = reply.ok_or_else(|| unknown(&question))?;
        if let (Some(now), Some(then)) = (now, reply.number) {
            self.numbers.insert(now, then);
        }
        reply.answer
    }

    /// The next piece of something that was opened.
    fn next(&mut self, number: u32, call: &Call) -> Answered {
        let then = self.numbers.get(&number);
        let queue = then.and_then(|then| self.follow.get_mut(then));
        let queue = queue.ok_or_else(|| no_more(call))?;
        match (queue.front_mut(), call) {
            // A plugin may read in other pieces than it did.
            (Some(Ok(Answer::Chunk(chunk))), Call::ReadFile { max, .. })
                if chunk.len() > *max as usize =>
            {
                let rest = chunk.split_off(*max as usize);
                Ok(Answer::Chunk(std::mem::replace(chunk, rest)))
            }
            _ => queue.pop_front().unwrap_or_else(|| Err(no_more(call))),
        }
    }
}

/// The number of what a call goes on with.
fn followed(call: &Call) -> Option<u32> {
    match call {
        Call::ReadFile { file, .. } => Some(*file),
        Call::Entries { search } => Some(*search),
        Call::Rows { answer } => Some(*answer),
        _ => None,
    }
}

/// A question as a text that is the same for equal ones, and the number of what it
/// opens.
fn question(call: &Call) -> (String, Option<u32>) {
    let mut call = call.clone();
    let number = match &mut call {
        Call::OpenFile { file: number, .. }
        | Call::Search { search: number, .. }
        | Call::Ask { answer: number, .. } => Some(std::mem::take(number)),
        _ => None,
    };
    // Texts, numbers and lists: always to be written.
    (serde_json::to_string(&call).unwrap_or_default(), number)
}

fn unknown(question: &str) -> Failure {
    failure(format!("the recording has no answer to {question}"))
}

fn no_more(call: &Call) -> Failure {
    let what = match call {
        Call::ReadFile { .. } => "file",
        Call::Entries { .. } => "search",
        _ => "query",
    };
    failure(format!("the recording has no more of this {what}"))
}

fn failure(message: String) -> Failure {
    Failure {
        kind: FailureKind::Internal,
        message,
        hint: Some("the plugin asks another question than it did: record anew".to_owned()),
        retry_after: None,
    }
}
