//! `muster account reset-password`: says who can.

use super::refused;
use crate::args::UserArgs;
use crate::exit::Exit;
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_sync::admin::{self, PasswordControl};

/// Never resets anything, so it never ends as if it had.
pub(super) fn run(args: &UserArgs, session: &Session) -> Result<Exit, Trouble> {
    let store = state::existing(session)?;
    let control =
        admin::password_control(&store, &args.username).map_err(|error| refused(error, session))?;
    Err(match control {
        PasswordControl::Source {
            account,
            directory,
            policy_file,
        } => {
            let place = policy_file
                .map(|file| format!(" (`{file}`)"))
                .unwrap_or_default();
            Trouble::new(
                Exit::Failed,
                format!(
                    "the password of `{}` is controlled by the directory `{directory}`{place}",
                    account.username
                ),
            )
            .hint("reset it at the source; Muster stores no passwords")
        }
        PasswordControl::Intranet { account } => Trouble::new(
            Exit::Failed,
            format!(
                "the password of the local account `{}` is controlled by the intranet's own log-in",
                account.username
            ),
        )
        .hint("reset it there; Muster stores no passwords"),
    })
}
