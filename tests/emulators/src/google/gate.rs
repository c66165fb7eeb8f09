//! What every call has to pass, and what happens after it.

use super::Changes;
use super::refusal::Refusal;
use super::state::{Account, Right, Shared, text};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The scopes of which a call needs one, without the common beginning, and the
/// right that the impersonated administrator needs.
pub struct Demand(pub &'static [&'static str], pub Right);

pub const USERS: Demand = Demand(&["user", "user.readonly"], Right::Users);
pub const GROUPS: Demand = Demand(&["group", "group.readonly"], Right::Groups);
pub const MEMBERS: Demand = Demand(
    &[
        "group",
        "group.readonly",
        "group.member",
        "group.member.readonly",
    ],
    Right::Groups,
);
pub const SCHEMAS: Demand = Demand(&["userschema", "userschema.readonly"], Right::Schemas);

/// Lets a call pass, or says why not.
pub fn pass(account: &Account, headers: &HeaderMap, demand: &Demand) -> Result<(), Refusal> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let token = bearer
        .and_then(|bearer| account.tokens.get(bearer))
        .ok_or_else(Refusal::no_token)?;
    if account.api_is_off {
        return Err(Refusal::api_is_off());
    }
    if account.apis_are_barred {
        return Err(Refusal::apis_are_barred());
    }
    let prefix = "https://www.googleapis.com/auth/admin.directory.";
    let fits = |scope: &String| {
        let name = scope.strip_prefix(prefix);
        name.is_some_and(|name| demand.0.contains(&name))
    };
    if !token.scopes.iter().any(fits) {
        return Err(Refusal::scope_insufficient());
    }
    let admin = token.subject.as_deref().and_then(|who| account.find(who));
    let may = admin.is_some_and(|admin| {
        let flag = |name: &str| admin.get(name) == Some(&Value::Bool(true));
        let is_admin = flag("isAdmin") || flag("isDelegatedAdmin");
        is_admin && flag("agreedToTerms") && !flag("suspended")
    });
    match may && account.rights.contains(&demand.1) {
        true => Ok(()),
        false => Err(Refusal::forbidden()),
    }
}

/// Which entry a page begins behind: the token holds a key, not a number, so
/// that who moves while the list is read may be missed.
pub fn position(account: &Account, token: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(token) = token else {
        return Ok(None);
    };
    let refused = || Refusal::invalid("pageToken");
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| refused())?;
    let text = String::from_utf8(bytes).map_err(|_| refused())?;
    let (generation, key) = text.split_once(':').ok_or_else(refused)?;
    match generation.parse() == Ok(account.generation) {
        true => Ok(Some(key.to_owned())),
        false => Err(refused()),
    }
}

/// The token of the page behind this entry.
pub fn page_token(account: &Account, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{key}", account.generation))
}

/// Cuts one page out of entries in order of their keys.
pub fn page<T>(
    account: &Account,
    mut entries: Vec<(String, T)>,
    token: Option<&str>,
    most: usize,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    let from = position(account, token)?;
    let mut rest = entries
        .into_iter()
        .filter(|(key, _)| from.as_ref().is_none_or(|from| key > from))
        .peekable();
    let (mut found, mut last) = (Vec::new(), String::new());
    while found.len() < most
        && let Some((key, entry)) = rest.next()
    {
        last = key;
        found.push(entry);
    }
    let next = rest.peek().is_some().then(|| page_token(account, &last));
    Ok((found, next))
}

/// True if a domain is one of the account's: somebody has an address in it.
pub fn is_home(account: &Account, address: &str) -> bool {
    let domain = |address: &str| {
        address
            .rsplit('@')
            .next()
            .unwrap_or_default()
            .to_lowercase()
    };
    let wanted = domain(address);
    account
        .users
        .values()
        .any(|user| domain(text(user, "primaryEmail")) == wanted)
}

/// Makes the changes that were to follow this call.
pub async fn afterwards(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let target = request.uri().to_string();
    let response = next.run(request).await;
    let mut account = shared.lock();
    let mut due = Vec::new();
    for later in std::mem::take(&mut account.later) {
        match later {
            mut later if target.contains(&later.at) => {
                later.after -= 1;
                match later.after {
                    0 => due.push(later.act),
                    _ => account.later.push(later),
                }
            }
            later => account.later.push(later),
        }
    }
    for act in due {
        act.0(&mut Changes(&mut account));
    }
    drop(account);
    response
}
