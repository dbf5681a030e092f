import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

const modules = [
  "start",
  "identity",
  "patients",
  "scheduling",
  "calendar",
  "board",
  "consultations",
  "billing",
  "sync",
  "hours",
  "waitlist",
  "services",
];
const bindings = { group: ["**/bindings"], message: "Only api.ts imports the bindings." };

// kit <- module folders <- app: each layer sees only those below it, and modules never see each other.
const layer = (folder, forbidden, message) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [bindings, { group: forbidden.map((name) => `**/${name}/**`), message }] },
    ],
  },
});

export default ts.config(
  { ignores: ["dist", "node_modules", "src/bindings.ts"] },
  ...ts.configs.recommended,
  hooks.configs.flat.recommended,
  // Taking a field out of an object names it and does not use it.
  { rules: { "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }] } },
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/api.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [bindings] }] },
  },
  layer("kit", [...modules, "app"], "kit imports no module and no app."),
  ...modules.map((name) =>
    layer(
      name,
      [...modules.filter((other) => other !== name), "app"],
      "Modules do not import each other or app.",
    ),
  ),
);
