/**
 * Makes dist/: the browser's client as Django serves it, with types, and what is laid over it here.
 *
 * The client is copied and not written anew, so that a Django page and a React page can differ in
 * nothing; docs/decisions/012 says why it is done so.
 */

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";

const here = new URL("./", import.meta.url);
const site = new URL("../../", here);
const client = new URL("dist/client/", here);
/** Beside the client: who is online and who types, which are pure. */
const OTHERS = ["presence/static/presence/roll.js", "presence/static/presence/typing.js"];
/** Types that `manage.py protocol` writes; it writes those of the site into src/. */
const TYPES = ["realtime/static/realtime/types/protocol.d.ts"];

rmSync(new URL("dist/", here), { recursive: true, force: true });
mkdirSync(client, { recursive: true });
const scripts = readdirSync(new URL("realtime/static/realtime/", site)).filter((name) => name.endsWith(".js"));
for (const path of [...scripts.map((name) => `realtime/static/realtime/${name}`), ...OTHERS, ...TYPES]) {
  copyFileSync(new URL(path, site), new URL(path.split("/").at(-1), client));
}
for (const project of ["tsconfig.client.json", "tsconfig.json"]) {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", project], { cwd: here, stdio: "inherit" });
}
copyFileSync(new URL("src/styles.css", here), new URL("dist/styles.css", here));
// TypeScript asks for a type of all that is imported, a style sheet too.
writeFileSync(new URL("dist/styles.d.ts", here), "export {};\n");
