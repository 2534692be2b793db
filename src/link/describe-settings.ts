import { type SettingName, settingRow, settingTable } from "./setting-table.ts";

const rows = (Object.keys(settingTable) as SettingName[]).map((name) => ({ name, ...settingRow(name) }));

/** The table of the README. */
export function settingsMarkdown(): string {
  const lines = rows.map(({ name, kind, sentence }) => {
    const cells = [`\`${name}\``, kind.what, kind.preset === "" ? "" : `\`${kind.preset}\``, sentence];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  });
  return `| setting | value | preset | what it does |\n| --- | --- | --- | --- |\n${lines.join("")}`;
}

/** The same for a terminal (`pppctl help settings`). */
export function settingsText(): string {
  const topics = [...new Set(rows.map(({ topic }) => topic))];
  const parts = topics.map((topic) => {
    const those = rows.filter((row) => row.topic === topic);
    return `\n${topic}:\n${those.map(({ name, kind, sentence }) => `  ${name}\n      ${sentence}\n      ${kind.what}${kind.preset === "" ? "" : `; preset ${kind.preset}`}\n`).join("")}`;
  });
  return `Settings of pppctl stand in the peer file as pppd's own option \`set NAME=VALUE\`, so that the file stays good
for plain pppd; values with blanks in quotes: set "PON_HOURS=Mo-Fr 8:00-18:00".
${parts.join("")}`;
}
