//! The check of a source that has none of its own.

use crate::{Batch, CheckStep, ReadFrom, ReadRequest, Scope, Source};

/// People that are asked for.
const FEW: u32 = 10;

/// Reads the first page, without any attribute.
pub fn first_page(source: &mut impl Source, scope: &Scope) -> CheckStep {
    let what = "read the first page";
    let request = ReadRequest {
        attributes: Vec::new(),
        scope: scope.clone(),
        page_size: FEW,
        start_at: ReadFrom::Start,
    };
    let read = source.start(request).and_then(|()| source.next());
    match read {
        Ok(batch) => told(what, &batch),
        Err(failure) => CheckStep::failed(what, failure),
    }
}

fn told(what: &str, batch: &Batch) -> CheckStep {
    let (people, problems) = (batch.page().statuses.len(), &batch.page().problems);
    if let Some(problem) = problems.first() {
        let count = problems.len();
        let first = format!("{}: {}", problem.place, problem.message);
        return CheckStep::warning(
            what,
            format!("{people} people, and {count} records that cannot be read; {first}"),
        );
    }
    match (people, batch.coverage()) {
        (0, Some(_)) => CheckStep::warning(what, "it is there, and nobody is in it")
            .hint("see whether the login may read people"),
        (_, Some(_)) => CheckStep::ok(what, format!("{people} people, and no more")),
        (_, None) => CheckStep::ok(what, format!("{people} people, and more to come")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::everybody;
    use crate::{Coverage, Failure, Rows, Status, StepResult, Subject};

    struct Fixed(Result<Batch, Failure>);

    impl Source for Fixed {
        type Settings = ();

        fn open((): ()) -> Result<Self, Failure> {
            Err(Failure::internal("made by hand"))
        }

        fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
            request.scope.expect_everybody()
        }

        fn next(&mut self) -> Result<Batch, Failure> {
            self.0.clone()
        }
    }

    fn step(next: Result<Batch, Failure>, scope: &Scope) -> (StepResult, String) {
        let mut steps = Fixed(next).check(scope);
        let step = steps.remove(0);
        assert!(steps.is_empty() && step.what == "read the first page");
        (step.outcome, step.message)
    }

    #[test]
    fn a_source_without_a_check_reads_a_page() {
        let mut rows = Rows::new([""; 0]);
        let nobody = Batch::last(rows.take(), Coverage::complete());
        rows.add(Status::Active).id("1");
        let one = rows.clone();
        rows.problem("$.people[1]", "has no `id`", Subject::Nobody);
        let (all, odd) = (everybody(), Batch::last(rows, Coverage::complete()));
        let said = |(outcome, message): (StepResult, &str)| (outcome, message.to_owned());
        let ok = (StepResult::Ok, "1 people, and no more");
        assert_eq!(
            step(Ok(Batch::last(one.clone(), Coverage::complete())), &all),
            said(ok)
        );
        let more = (StepResult::Ok, "1 people, and more to come");
        assert_eq!(step(Ok(Batch::more(one)), &all), said(more));
        assert_eq!(step(Ok(nobody.clone()), &all).0, StepResult::Warning);
        let (outcome, message) = step(Ok(odd), &all);
        assert_eq!(outcome, StepResult::Warning);
        assert!(message.ends_with("$.people[1]: has no `id`"), "{message}");
        let failed = step(Err(Failure::auth("no")), &all);
        assert_eq!(failed, said((StepResult::Failed, "no")));
        let scope = crate::testing::reporting(&["staff"]);
        assert_eq!(step(Ok(nobody), &scope).0, StepResult::Failed);
    }
}
