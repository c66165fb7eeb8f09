//! `muster lsp`: policies in an editor.

use crate::args::LspArgs;
use crate::editor::Editor;
use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;
use lsp_server::Connection;

pub(super) fn run(args: &LspArgs, session: &Session) -> Result<Exit, Trouble> {
    let editor = Editor::new(args, session)?;
    let (connection, threads) = Connection::stdio();
    let served = muster_lsp::serve(&connection, &editor);
    // The threads end once nobody can send any more.
    drop(connection);
    let ended = threads.join();
    served.map_err(|error| Trouble::of(Exit::Failed, &error))?;
    ended.map_err(|error| Trouble::of(Exit::Failed, &error))?;
    Ok(Exit::Done)
}
