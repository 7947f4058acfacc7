import type { FieldPlan } from "../plan/form-plan";
import { type Cells, type RowsPlan, readRows } from "../plan/rows-plan";
import { announce } from "./announce";
import { type Control, valueControl } from "./control";
import { h } from "./dom";
import { parseTable, pasteCells } from "./pasted-table";
import type { RequestField } from "./request-field";

/** More columns do not fit into the page. Each row is then a group of labelled fields, as on a phone. */
const MAX_COLUMNS_OF_TABLE = 5;

/** Creates a table of fields: a row for each record, and buttons that add and remove rows. */
export function rowsField(
  { name, description, required }: FieldPlan,
  plan: RowsPlan,
  id: string,
): RequestField {
  const { columns, example } = plan;
  const body = h("tbody");
  const fault = h("p", { class: "fault", id: `${id}-fault`, hidden: true });
  const hint = h(
    "p",
    { class: "hint", id: `${id}-hint` },
    description ?? "",
    " You can paste rows of a spreadsheet.",
  );
  const add = h("button", { type: "button", class: "quiet" }, "Add row");
  const optional = (isRequired: boolean) =>
    isRequired ? [] : [" ", h("span", { class: "aside" }, "optional")];

  /** The controls by row and column. */
  const grid = () => [...body.rows].map((row) => [...row.querySelectorAll<Control>("input, select")]);
  const read = () => grid().map((row) => row.map(({ value }) => value));
  const showFault = (text: string | undefined) => {
    fault.hidden = text === undefined;
    fault.textContent = text ?? "";
  };
  const setFault = (text: string | undefined) => {
    showFault(text);
    const result = text === undefined ? undefined : readRows(plan, read());
    const faults = result !== undefined && "faults" in result ? result.faults : [];
    const controls = grid();
    for (const { row, column } of faults) controls[row]?.[column]?.setAttribute("aria-invalid", "true");
  };

  const createRow = (texts: readonly string[]) => {
    const remove = h("button", { type: "button", class: "quiet remove" }, "×");
    const cells = columns.map((column, index) =>
      h("td", { "data-name": column.name }, valueControl(column, texts[index] ?? "", {})),
    );
    const row = h("tr", {}, h("th", { scope: "row" }), ...cells, h("td", { class: "end" }, remove));
    remove.addEventListener("click", () => {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      const [number] = row.cells;
      row.remove();
      changed(`Row ${number?.textContent} removed.`);
      next?.querySelector<Control>("input, select")?.focus();
    });
    return row;
  };
  const fill = (rows: Cells) => {
    body.replaceChildren(...rows.map(createRow));
    numberRows();
  };
  const numberRows = () => {
    for (const [index, controls] of grid().entries()) {
      const row = `${index + 1}`;
      for (const [at, control] of controls.entries()) {
        control.setAttribute("aria-label", `${columns[at]?.name}, row ${row}`);
      }
      body.rows[index]?.querySelector("th")?.replaceChildren(row);
      body.rows[index]?.querySelector("button")?.setAttribute("aria-label", `Remove row ${row}`);
    }
  };
  const changed = (spoken: string) => {
    numberRows();
    // The event lets the form compare its fields with the answered request.
    body.dispatchEvent(new Event("input", { bubbles: true }));
    announce(spoken);
  };

  add.addEventListener("click", () => {
    body.append(createRow([]));
    changed(`Row ${body.rows.length} added.`);
    grid().at(-1)?.[0]?.focus();
  });
  body.addEventListener("input", ({ target }) => {
    showFault(undefined);
    if (target instanceof Element) target.removeAttribute("aria-invalid");
  });
  body.addEventListener("paste", (event) => {
    const pasted = parseTable(event.clipboardData?.getData("text/plain") ?? "");
    const row = grid().findIndex((controls) => controls.some((control) => control === event.target));
    const column = grid()[row]?.findIndex((control) => Object.is(control, event.target)) ?? 0;
    // A paste of a single value is left to the browser.
    if (row < 0 || (pasted.length === 1 && pasted[0]?.length === 1)) return;
    event.preventDefault();
    const result = pasteCells(columns, read(), { row, column }, pasted);
    if ("fault" in result) {
      showFault(result.fault);
      return announce(result.fault);
    }
    fill(result.cells);
    changed(`Rows pasted: ${result.count}.`);
    grid()[row]?.[column]?.focus();
  });
  fill(example);

  const names = columns.map((column) => h("th", { scope: "col" }, column.name, ...optional(column.required)));
  const table = h(
    "table",
    { class: "cells" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Row"), ...names, h("td", { class: "end" }))),
    body,
  );
  const narrow = window.matchMedia("(max-width: 40rem)");
  const arrange = () => {
    table.classList.toggle("stack", narrow.matches || columns.length > MAX_COLUMNS_OF_TABLE);
  };
  narrow.addEventListener("change", arrange);
  arrange();
  return {
    element: h(
      "fieldset",
      { class: "field", "aria-describedby": `${hint.id} ${fault.id}` },
      h("legend", {}, name || "Rows", ...optional(required)),
      hint,
      table,
      fault,
      h("div", {}, add),
    ),
    read,
    setFault,
    focus: () => (body.querySelector<Control>("[aria-invalid]") ?? grid()[0]?.[0])?.focus(),
  };
}
