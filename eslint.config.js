import tseslint from "typescript-eslint";

/**
 * The arrows between the packages: each may import those it lists and no other of ours. A package
 * reaches another only through its front door.
 */
const arrows = {
  checkpoints: [],
  "kernel/training": ["@forkpoint/checkpoints"],
  "kernel/jupyter": [],
  "kernel/forkpoint": [
    "@forkpoint/checkpoints",
    "@forkpoint/jupyter",
    "@forkpoint/training",
    "@forkpoint/wire",
  ],
  "widgets/wire": [],
  "widgets/views": ["@forkpoint/wire"],
  "widgets/report": ["@forkpoint/widgets"],
  labextension: ["@forkpoint/widgets", "@forkpoint/wire"],
};
const everyPackage = [...new Set([...Object.values(arrows).flat(), "forkpoint"])];
const names = {
  checkpoints: "@forkpoint/checkpoints",
  "kernel/training": "@forkpoint/training",
  "kernel/jupyter": "@forkpoint/jupyter",
  "kernel/forkpoint": "forkpoint",
  "widgets/wire": "@forkpoint/wire",
  "widgets/views": "@forkpoint/widgets",
  "widgets/report": "@forkpoint/report",
};

const arrowRules = Object.entries(arrows).map(([folder, allowed]) => ({
  files: [`${folder}/src/**/*.{ts,tsx}`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            group: everyPackage
              .filter((name) => !allowed.includes(name) && name !== names[folder])
              .flatMap((name) => [name, `${name}/*`]),
            message: `${folder} may not import this package: imports only look down (see ARCHITECTURE.md).`,
          },
          {
            group: ["**/checkpoints/src/**", "**/kernel/*/src/**", "**/widgets/*/src/**"],
            message: "Import another package by its name.",
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["**/dist/", "**/out/", "**/node_modules/", ".venv/", "**/demo/"] },
  ...tseslint.configs.recommended,
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-explicit-any": "error",
      eqeqeq: "error",
      "no-console": "off",
    },
  },
  ...arrowRules,
);
