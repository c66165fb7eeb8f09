//! Seats: never more than there are, never taken from anybody, and given in an
//! order that entries do not decide.

use crate::world::{Doubles, Reach, World, is_own, world};
use crate::{config, run};
use muster_model::{Account, AccountId, Action, BlockReason, Fault, Memory, Plan};
use muster_policy::{Colour, Policy, parse, render};
use muster_store::MemoryStore;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub struct Seats {
    pub world: World,
    text: String,
    pub limit: u64,
    intranet: bool,
}

impl Seats {
    pub fn policy(&self) -> Policy {
        parse("p.yaml", &self.text)
            .unwrap_or_else(|wrong| panic!("{}", render(&wrong, &self.text, Colour::Never)))
    }

    pub fn used(&self, store: &MemoryStore) -> u64 {
        let counts = |account: &&Account| {
            account.block_reasons.is_empty() && (self.intranet || is_own(account))
        };
        store.accounts().filter(counts).count() as u64
    }
}

/// A world in which some wait for a seat, and some were let in while they did.
pub fn seats() -> impl Strategy<Value = Seats> {
    let waiting = proptest::collection::vec(0..6_u8, 7);
    let order = select(vec!["", ", order: [title]", ", order: [phones, name]"]);
    let grace = select(vec!["", "", "  grace: 3 reads\n", "  grace: 2d\n"]);
    let terms = (0..6_u64, any::<bool>(), order, grace);
    (world(Doubles::None), waiting, terms).prop_map(
        |(mut world, waiting, (limit, intranet, order, grace))| {
            for (account, luck) in world.accounts.iter_mut().zip(waiting) {
                match luck {
                    0 | 1 if is_own(account) => {
                        account.block_reasons.insert(BlockReason::NoLicence);
                    }
                    2 if is_own(account) => Memory {
                        let_in: Some("2026-11-22T08:00:00Z".to_owned()),
                        ..Memory::default()
                    }
                    .write(&mut account.synced),
                    _ => {}
                }
            }
            let count = if intranet { "intranet" } else { "directory" };
            let text = world.terms.text().replace(
                "  groups: [staff]\n",
                &format!("  groups: [staff]\n{grace}"),
            );
            let text = format!("{text}licences: {{limit: {limit}, count: {count}{order}}}\n");
            Seats {
                world,
                text,
                limit,
                intranet,
            }
        },
    )
}

fn waiting(plan: &Plan) -> BTreeSet<String> {
    let findings = plan.findings.iter();
    findings
        .filter(|finding| finding.code == Fault::NoLicence && finding.text.contains("is left"))
        .filter_map(|finding| finding.username.clone())
        .collect()
}

proptest! {
    #![proptest_config(Config { max_global_rejects: 1_000_000, ..config() })]

    #[test]
    fn seats_are_given_and_never_taken(seats in seats()) {
        let policy = seats.policy();
        let before = run::store(&seats.world, &policy);
        let plan = run::plain(&seats.world, &policy, &before);
        let mut after = before.clone();
        prop_assert!(run::carry_out(&plan, &policy, &mut after).is_ok());
        let told = plan.licences.clone().expect("the policy has a limit");
        prop_assert_eq!(told.now, seats.used(&before), "before\n{}", seats.text);
        prop_assert_eq!(told.after, seats.used(&after), "after\n{}", seats.text);
        prop_assert!(told.after <= seats.limit.max(told.now), "{:?}", told);
        let wait = |account: &&Account| {
            is_own(account) && account.block_reasons == BTreeSet::from([BlockReason::NoLicence])
        };
        prop_assert_eq!(told.waiting, after.accounts().filter(wait).count() as u64);

        for account in before.accounts().filter(|account| account.block_reasons.is_empty()) {
            let reasons = &after.accounts().find(|other| other.id == account.id).unwrap().block_reasons;
            let was_let_in = Memory::of(account).let_in.is_some();
            prop_assert!(was_let_in || !reasons.contains(&BlockReason::NoLicence), "{}", account.username);
        }
        // Nobody waits while a seat is free.
        prop_assert!(waiting(&plan).is_empty() || told.left == 0, "{:?}\n{:?}", plan.findings, told);
        for username in waiting(&plan) {
            let account = after.accounts().find(|account| account.username.as_str() == username);
            let reasons = &account.unwrap().block_reasons;
            prop_assert_eq!(reasons, &BTreeSet::from([BlockReason::NoLicence]));
        }

        let again = run::plain(&seats.world, &policy, &after);
        prop_assert!(again.changes.is_empty(), "again:\n{:#?}", again.changes);
        prop_assert!(again.settled.is_empty() && again.remembered.is_empty(), "{:?}", again.remembered);
    }

    #[test]
    fn entries_do_not_decide_who_comes_first(
        (seats, order) in seats().prop_flat_map(|seats| {
            let places: Vec<usize> = (0..seats.world.people.len()).collect();
            (Just(seats), Just(places).prop_shuffle())
        }),
        size in 1..5_usize,
    ) {
        let policy = seats.policy();
        let store = run::store(&seats.world, &policy);
        let one = run::plain(&seats.world, &policy, &store);
        let other = run::plan(&seats.world, &policy, &store, &order, size);
        prop_assert_eq!(
            serde_json::to_string_pretty(&one).unwrap(),
            serde_json::to_string_pretty(&other).unwrap()
        );
    }

    /// A plan about one person gives no more seats than there are, and leaves
    /// nothing to do; and nobody overtakes those who wait.
    #[test]
    fn one_person_alone_gets_no_seat_out_of_turn(
        seats in seats(),
        username in select(vec!["anna", "ben", "cleo", "dora", "desk"]),
    ) {
        let policy = seats.policy();
        let before = run::store(&seats.world, &policy);
        let all = run::plain(&seats.world, &policy, &before);
        let plan = run::only(&seats.world, &policy, &before, username);
        let mut after = before.clone();
        prop_assert!(run::carry_out(&plan, &policy, &mut after).is_ok());
        let told = plan.licences.clone().expect("the policy has a limit");
        prop_assert_eq!(told.after, seats.used(&after));
        prop_assert!(told.after <= seats.limit.max(told.now), "{:?}", told);
        let let_in = |plan: &Plan| -> BTreeSet<AccountId> {
            let changes = plan.changes.iter();
            let let_in = changes.filter(|change| change.action == Action::Unblock);
            let_in.map(|change| change.account_id).collect()
        };
        prop_assert!(let_in(&plan).is_subset(&let_in(&all)), "{:#?}", plan.changes);
        let again = run::only(&seats.world, &policy, &after, username);
        prop_assert!(again.changes.is_empty(), "again:\n{:#?}", again.changes);
        prop_assert!(again.remembered.is_empty(), "{:?}", again.remembered);
    }

    /// With a grace of one read, nobody has any.
    #[test]
    fn a_grace_of_one_read_is_none(world in world(Doubles::None)) {
        let world = World { reach: Reach::Complete, ..world };
        let none = world.terms.policy();
        let text = world.terms.text().replace("  groups: [staff]\n", "  groups: [staff]\n  grace: 1 read\n");
        let one = parse("p.yaml", &text).unwrap();
        let outcome = |policy: &Policy| {
            let mut store = run::store(&world, policy);
            let plan = run::plain(&world, policy, &store);
            let proves = plan.coverage.proves_absence();
            run::carry_out(&plan, policy, &mut store).unwrap();
            let mut accounts: Vec<Account> = store.accounts().cloned().collect();
            accounts.iter_mut().for_each(|account| Memory::default().write(&mut account.synced));
            (accounts, proves)
        };
        let ((by_none, proves), (by_one, _)) = (outcome(&none), outcome(&one));
        prop_assume!(proves);
        prop_assert_eq!(by_none, by_one, "{:?}", world);
    }
}
