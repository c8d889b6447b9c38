/** The tests of the built package, with React 19 and with 18. */

import { defineConfig } from "vitest/config";

const at = (path: string) => new URL(path, import.meta.url).pathname;
const eighteen = ["react-dom", "react"].map((name) => ({
  find: new RegExp(`^${name}(?=/|$)`),
  replacement: at(`tests/react18/node_modules/${name}`),
}));

/** Testing Library too must get the React that is tested, so not by `require`. */
const library = {
  find: "@testing-library/react",
  replacement: at("node_modules/@testing-library/react/dist/@testing-library/react.esm.js"),
};

const project = (name: string, alias: { find: RegExp; replacement: string }[]) => ({
  resolve: { alias: [...alias, library] },
  esbuild: { jsx: "automatic" as const },
  test: {
    name,
    environment: "jsdom",
    include: ["tests/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    server: { deps: { inline: [/@testing-library/] } },
  },
});

export default defineConfig({
  test: { projects: [project("react 19", []), project("react 18", eighteen)] },
});
