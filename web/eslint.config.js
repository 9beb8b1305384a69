import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "public"] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({
    ...config,
    files: ["**/*.ts", "**/*.tsx"],
  })),
  {
    files: ["**/*.ts", "**/*.tsx"],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  { ...reactHooks.configs.flat["recommended-latest"], files: ["src/**/*.ts", "src/**/*.tsx"] },
  {
    files: ["src/client/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: "^react|/(hooks|components)/", message: "The client is framework-free." }] },
      ],
    },
  },
);
