//! The single questions of a condition: for `a && b || !c` these are `a`, `b` and
//! `c`, each with what it reads, so that somebody can see which of them decides.

use super::compile::parse;
use super::failure::ExpressionFailed;
use super::marks::Marks;
use super::{Evaluator, Expression};
use crate::policy::AttributeId;
use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use jiff::Timestamp;
use muster_model::EntryView;
use std::sync::Arc;

/// One question of a condition.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// As it is written.
    pub text: String,
    /// The attributes that it reads, in order, each once.
    pub attributes: Vec<AttributeId>,
    /// True if it reads the groups in which a person is.
    pub reads_groups: bool,
    /// True if it reads the status.
    pub reads_status: bool,
    /// True if it reads the time.
    pub reads_now: bool,
    /// The texts and numbers that stand in it, as texts, each once.
    pub constants: Vec<String>,
    expression: Expression,
}

impl Leaf {
    /// Its truth for one person. Alone it may fail where the whole condition does
    /// not: what stands before it may keep it from being asked.
    pub fn test(&self, entry: EntryView<'_>, now: Timestamp) -> Result<bool, ExpressionFailed> {
        Evaluator::new(&self.expression, now).test(entry)
    }
}

impl Expression {
    /// Its single questions, in the order in which they are written. A condition
    /// without `&&`, `||`, `!` and `?` is one question.
    pub fn leaves(&self) -> Vec<Leaf> {
        let plain = parse(&self.text).ok();
        let plain = plain.map(|(tree, info)| {
            let text = self.text.clone();
            (tree, Marks { text, info })
        });
        let mut found = Vec::new();
        let tree = plain.as_ref().map(|(tree, marks)| (tree, marks));
        self.walk(&self.program, tree, &mut found);
        found
    }

    /// Both trees have the same form down to the questions: names are bound in them
    /// alone.
    fn walk(&self, bound: &IdedExpr, plain: Option<(&IdedExpr, &Marks)>, found: &mut Vec<Leaf>) {
        let operands = operands(bound);
        if operands.is_empty() {
            found.push(self.leaf(bound, plain));
            return;
        }
        let others = plain.map(|(tree, _)| self::operands(tree));
        for (place, operand) in operands.iter().enumerate() {
            let other = others.and_then(|others| others.get(place));
            let other = other.zip(plain).map(|(tree, (_, marks))| (tree, marks));
            self.walk(operand, other, found);
        }
    }

    fn leaf(&self, bound: &IdedExpr, plain: Option<(&IdedExpr, &Marks)>) -> Leaf {
        let text = plain.and_then(|(tree, marks)| marks.text.get(marks.extent(tree)));
        let mut reads = Reads::default();
        reads.of(bound);
        let attributes = reads.slots.iter();
        let attributes = attributes.filter_map(|slot| Some(self.uses.attributes.get(*slot)?.id));
        Leaf {
            text: text.unwrap_or(&self.text).to_owned(),
            attributes: attributes.collect(),
            reads_groups: reads.groups,
            reads_status: reads.status,
            reads_now: reads.now,
            constants: reads.constants,
            expression: Self {
                at: self.at.clone(),
                text: self.text.clone(),
                program: Arc::new(bound.clone()),
                uses: self.uses.clone(),
            },
        }
    }
}

/// The operands of an operator of logic; none of anything else.
fn operands(expr: &IdedExpr) -> &[IdedExpr] {
    match &expr.expr {
        Expr::Call(call) if call.target.is_none() => match call.func_name.as_str() {
            operators::LOGICAL_AND
            | operators::LOGICAL_OR
            | operators::LOGICAL_NOT
            | operators::CONDITIONAL => &call.args,
            _ => &[],
        },
        _ => &[],
    }
}

/// What a part of an expression reads.
#[derive(Default)]
struct Reads {
    slots: Vec<usize>,
    groups: bool,
    status: bool,
    now: bool,
    constants: Vec<String>,
}

impl Reads {
    fn of(&mut self, expr: &IdedExpr) {
        match &expr.expr {
            Expr::Ident(name) => self.variable(name),
            Expr::Literal(literal) => self.literal(literal),
            Expr::Call(call) => {
                let parts = call.target.iter().map(AsRef::as_ref).chain(&call.args);
                parts.for_each(|part| self.of(part));
            }
            Expr::List(list) => list.elements.iter().for_each(|item| self.of(item)),
            Expr::Select(select) => self.of(&select.operand),
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.of(&entry.key);
                        self.of(&entry.value);
                    }
                }
            }
            Expr::Comprehension(inner) => {
                self.of(&inner.iter_range);
                self.of(&inner.loop_step);
            }
            Expr::Struct(_) | Expr::Unspecified => {}
        }
    }

    fn variable(&mut self, name: &str) {
        match name {
            "@groups" => self.groups = true,
            "@status" => self.status = true,
            "@now" => self.now = true,
            _ => {
                let slot = ["@a", "@h", "@l"]
                    .into_iter()
                    .find_map(|prefix| name.strip_prefix(prefix)?.parse().ok());
                self.slots
                    .extend(slot.filter(|slot| !self.slots.contains(slot)));
            }
        }
    }

    fn literal(&mut self, literal: &LiteralValue) {
        let text = match literal {
            LiteralValue::String(text) => text.inner().to_owned(),
            LiteralValue::Int(number) => number.inner().to_string(),
            LiteralValue::UInt(number) => number.inner().to_string(),
            LiteralValue::Double(number) => number.inner().to_string(),
            _ => return,
        };
        if !self.constants.contains(&text) {
            self.constants.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use crate::parse;
    use muster_model::page::PlainRow;
    use muster_model::{Page, SourceStatus};

    #[test]
    fn each_question_is_asked_alone() {
        let text = "muster: 1\ndirectory: staff\nprovider: {plugin: csv}\nscope: {where: '(entry.kind != \"service\" && !has(entry.left)) || int(entry.level) > 3'}\nidentity: {username: uid}\n";
        let policy = parse("p.yaml", text).unwrap();
        let condition = policy.scope.condition.as_ref().unwrap();
        let leaves = condition.leaves();
        let texts: Vec<&str> = leaves.iter().map(|leaf| leaf.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "entry.kind != \"service\"",
                "has(entry.left)",
                "int(entry.level) > 3"
            ]
        );
        assert_eq!(leaves[0].constants, ["service"]);
        assert_eq!(leaves[2].constants, ["3"]);
        let name = |id: usize| policy.attributes[id].as_str();
        let reads: Vec<Vec<&str>> = leaves
            .iter()
            .map(|leaf| leaf.attributes.iter().map(|&id| name(id)).collect())
            .collect();
        assert_eq!(reads, [["kind"], ["left"], ["level"]]);
        let row = PlainRow {
            id: None,
            groups: vec![],
            status: SourceStatus::Active,
            values: policy
                .attributes
                .iter()
                .map(|name| match name.as_str() {
                    "kind" => vec!["service".to_owned()],
                    "left" => vec!["x".to_owned()],
                    _ => vec![],
                })
                .collect(),
        };
        let page = Page::from_rows(policy.attributes.len(), &[row], vec![]);
        let entry = page.entries().next().unwrap();
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let values: Vec<Option<bool>> = leaves
            .iter()
            .map(|leaf| leaf.test(entry, now).ok())
            .collect();
        assert_eq!(values, [Some(false), Some(true), None]);
    }
}
