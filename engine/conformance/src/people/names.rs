//! Ordinary names, of several languages.

const GIVEN: [&str; 24] = [
    "Anna", "Björn", "Chloé", "Dmitri", "Elif", "Farid", "Giulia", "Hanna", "Ivo", "Jana", "Kaito",
    "Lucía", "Mehmet", "Nadia", "Olu", "Petra", "Quentin", "Rosa", "Søren", "Tomáš", "Ulla",
    "Vera", "Wanda", "Ximena",
];

const FAMILY: [&str; 19] = [
    "Abel",
    "Bauer",
    "Castro",
    "Dupont",
    "Eriksson",
    "Fischer",
    "García",
    "Huber",
    "Ionescu",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Müller",
    "Nowak",
    "O'Brien",
    "Peeters",
    "Rossi",
    "Schmidt",
    "Tanaka",
];

const DEPARTMENTS: [&str; 5] = [
    "Sales",
    "Law",
    "Engineering",
    "Human Resources",
    "Logistics",
];
const CITIES: [&str; 4] = ["Berlin", "Lyon", "Oslo", "Turin"];
const TITLES: [&str; 3] = ["Clerk", "Engineer", "Head of Unit"];

/// Given and family name of the person of a number.
pub(super) fn of(number: usize) -> (&'static str, &'static str) {
    (
        pick(&GIVEN, number),
        pick(&FAMILY, number / GIVEN.len() + number),
    )
}

pub(super) fn department(number: usize) -> &'static str {
    pick(&DEPARTMENTS, number / 2)
}

pub(super) fn city(number: usize) -> &'static str {
    pick(&CITIES, number / 3)
}

pub(super) fn title(number: usize) -> &'static str {
    pick(&TITLES, number / 4)
}

fn pick(from: &[&'static str], number: usize) -> &'static str {
    from.get(number % from.len().max(1)).copied().unwrap_or("")
}
