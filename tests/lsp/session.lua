-- A session of Neovim with `muster lsp`: prints a line of JSON for each thing that
-- it was told. Run by tests/tests/lsp.rs in the folder of `muster init`.

local PATIENCE = 60000

local function say(name, value)
  io.stdout:write(vim.json.encode({ name, value }) .. "\n")
end

local function fail(text)
  io.stderr:write(text .. "\n")
  vim.cmd("cquit 1")
end

local function wait(what, holds)
  if not vim.wait(PATIENCE, holds, 20) then
    fail("waited in vain for " .. what)
  end
end

vim.cmd("edit policy.yaml")
local buffer = vim.api.nvim_get_current_buf()
local client_id = vim.lsp.start_client({
  name = "muster",
  -- The shell leaves its number, for the test to see that the server ends.
  cmd = { "sh", "-c", 'echo $$ > lsp.pid; exec "$MUSTER" lsp' },
  root_dir = vim.fn.getcwd(),
})
if client_id == nil then
  fail("the server could not be started")
end
vim.lsp.buf_attach_client(buffer, client_id)

local function lines()
  return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
end

local function text()
  return table.concat(lines(), "\n")
end

-- The line (from 0) and the byte in it at which a text ends that stands there once.
local function place(needle)
  for number, line in ipairs(lines()) do
    local _, finish = line:find(needle, 1, true)
    if finish then
      return number - 1, finish
    end
  end
  fail("no `" .. needle .. "`")
end

local function ask(method, params)
  local answers = vim.lsp.buf_request_sync(buffer, method, params, PATIENCE)
  local answer = (answers or {})[client_id]
  if answer == nil or answer.err or answer.error then
    fail(method .. ": " .. vim.inspect(answers))
  end
  return answer.result
end

local function at(line, byte)
  local whole = lines()[line + 1]
  return {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    position = { line = line, character = vim.str_utfindex(whole, byte) },
  }
end

local function diagnostics()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(buffer)) do
    local line = lines()[one.lnum + 1] or ""
    table.insert(found, {
      code = one.code or one.user_data.lsp.code,
      message = one.message,
      text = line:sub(one.col + 1, one.end_col),
    })
  end
  return found
end

-- A mistake.
wait("a diagnostic", function()
  return #diagnostics() > 0
end)
say("diagnostics", diagnostics())

-- Keys, in YAML that is half-written.
local line = place("fields:")
vim.api.nvim_buf_set_lines(buffer, line + 1, line + 1, false, { "  office:", "    " })
say("keys", ask("textDocument/completion", at(line + 2, 4)))

-- Attributes, as soon as the plugin has told them.
vim.api.nvim_buf_set_lines(buffer, line + 1, line + 3, false, { "  office: {expr: 'entry.'}" })
local offered
wait("attributes", function()
  offered = ask("textDocument/completion", at(line + 1, 24))
  for _, item in ipairs(offered) do
    if item.label == "employee_id" then
      return true
    end
  end
  return false
end)
say("attributes", offered)
vim.api.nvim_buf_set_lines(buffer, line + 1, line + 2, false, {})

-- What stands there, and what it gives.
say("hover", ask("textDocument/hover", at(place("  display_name"))).contents.value)
say("rule", ask("textDocument/hover", at(place("    when"))).contents.value)

-- A fix.
local number, finish = place("mode: creat")
local here = at(number, finish)
local actions = ask("textDocument/codeAction", {
  textDocument = here.textDocument,
  range = { start = here.position, ["end"] = here.position },
  context = { diagnostics = {}, only = { "quickfix" } },
})
say("action", actions[1].title)
vim.lsp.util.apply_workspace_edit(actions[1].edit, vim.lsp.get_client_by_id(client_id).offset_encoding or "utf-16")
wait("the mistake to be gone", function()
  return #diagnostics() == 0
end)
say("fixed", text())
io.stdout:write('["left", []]\n')

-- Letters that are longer in one encoding than in another, in front of a mistake.
number, finish = place("{expr: 'entry.first_name")
vim.api.nvim_buf_set_text(buffer, number, finish - 16, number, finish - 16, { '"é😀" + ' })
local whole = lines()[number + 1]
local word = whole:find("entry.first_name", 1, true)
vim.api.nvim_buf_set_text(buffer, number, word + 3, number, word + 4, { "i" })
wait("a mistake behind an emoji", function()
  return #diagnostics() > 0
end)
say("after-emoji", diagnostics())
vim.api.nvim_buf_set_text(buffer, number, word + 3, number, word + 4, { "y" })
vim.api.nvim_buf_set_text(buffer, number, finish - 16, number, word - 1, { "" })

-- The canonical form.
number = place("  surname: surname")
vim.api.nvim_buf_set_lines(buffer, number, number + 1, false, { "  surname:     'surname'" })
number = place("  surname:     'surname'")
local edits = ask("textDocument/formatting", {
  textDocument = vim.lsp.util.make_text_document_params(buffer),
  options = { tabSize = 2, insertSpaces = true },
})
vim.lsp.util.apply_text_edits(edits, buffer, "utf-16")
say("formatted", (text():gsub('surname: "surname"', "surname: surname")))

vim.lsp.stop_client(client_id)
wait("the server to end", function()
  return vim.lsp.get_client_by_id(client_id) == nil or vim.lsp.client_is_stopped(client_id)
end)
vim.cmd("qall!")
