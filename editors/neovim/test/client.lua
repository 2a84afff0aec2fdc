-- A session in Neovim: opens files, types, asks, and ends with status 0 if all of it was answered as it should be.

local PATIENCE_MS = 120000

local function fail(message)
  io.stderr:write("failed: " .. message .. "\n")
  vim.cmd("cquit 1")
end

local function wait_for(what, is_true)
  if not vim.wait(PATIENCE_MS, is_true, 20) then
    fail(what .. " did not come")
  end
end

local function start(buffer)
  local id = vim.lsp.start_client({
    name = "rulec",
    cmd = { vim.env.RULEC, "lsp", "--no-stock" },
    root_dir = vim.fn.getcwd(),
    on_error = function(code, error)
      fail("the client: " .. tostring(code) .. " " .. vim.inspect(error))
    end,
  })
  vim.lsp.buf_attach_client(buffer, id)
  wait_for("the server", function()
    local client = vim.lsp.get_client_by_id(id)
    return client ~= nil and client.initialized
  end)
  return id
end

local function ask(buffer, method, params)
  local answers, problem = vim.lsp.buf_request_sync(buffer, method, params, PATIENCE_MS)
  if not answers then
    fail(method .. ": " .. tostring(problem))
  end
  for _, answer in pairs(answers) do
    if answer.err then
      fail(method .. ": " .. vim.inspect(answer.err))
    end
    return answer.result
  end
end

local function check(is_true, what)
  if not is_true then
    fail(what)
  end
  print("ok: " .. what)
end

local function session()
  vim.cmd("edit a.go")
  local go = vim.api.nvim_get_current_buf()
  local id = start(go)
  local function found(count)
    return function()
      return #vim.diagnostic.get(go) == count
    end
  end
  wait_for("the finding", found(1))
  local finding = vim.diagnostic.get(go)[1]
  check(finding.message == "s is printed" and finding.lnum == 5 and finding.col == 13, "a finding is shown where it is")
  check(finding.code == "local.print.no-print", "it names its rule")

  -- Typed, not saved.
  vim.api.nvim_buf_set_lines(go, 6, 6, false, { "\tfmt.Println(len(s))" })
  wait_for("the second finding", found(2))
  check(true, "findings follow the text")

  vim.api.nvim_win_set_cursor(0, { 6, 13 })
  local hover = ask(go, "textDocument/hover", vim.lsp.util.make_position_params())
  check(hover.contents.value:find("logs are kept", 1, true), "a finding is explained")
  vim.api.nvim_buf_set_lines(go, 6, 7, false, {})
  wait_for("the end of the second finding", found(1))
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {}, only = { "source.fixAll" } }
  local actions = ask(go, "textDocument/codeAction", params)
  vim.lsp.util.apply_workspace_edit(actions[1].edit, "utf-16")
  wait_for("the end of all findings", found(0))
  local lines = vim.api.nvim_buf_get_lines(go, 0, -1, false)
  check(vim.tbl_contains(lines, "\tprintln(s)") and not vim.tbl_contains(lines, 'import "fmt"'), "fixes are applied")

  vim.cmd("edit! rules/print.rule")
  local rule = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(rule, id)
  vim.api.nvim_win_set_cursor(0, { 6, 15 })
  local definition = ask(rule, "textDocument/definition", vim.lsp.util.make_position_params())
  check(definition[1].range.start.line == 4, "a hole leads to where it is bound")
  local rename = vim.lsp.util.make_position_params()
  rename.newName = "one"
  vim.lsp.util.apply_workspace_edit(ask(rule, "textDocument/rename", rename), "utf-16")
  local renamed = table.concat(vim.api.nvim_buf_get_lines(rule, 0, -1, false), "\n")
  check(not renamed:find("$first", 1, true) and renamed:find("{$one} is printed", 1, true), "a hole is renamed")
  vim.api.nvim_buf_set_lines(rule, 4, 4, false, { "    severity wrong" })
  wait_for("the mistake", function()
    local codes = vim.tbl_map(function(fault) return fault.code end, vim.diagnostic.get(rule))
    return vim.tbl_contains(codes, "E0110")
  end)
  check(true, "mistakes in rules are shown")

  vim.lsp.stop_client(id)
  wait_for("the end of the server", function()
    return vim.lsp.get_client_by_id(id) == nil
  end)
  check(true, "the server ends when it is asked to")
end

local ok, problem = pcall(session)
if not ok then
  fail(tostring(problem))
end
vim.cmd("qall!")
