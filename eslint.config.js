import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

const unused = { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }

export default defineConfig(
  // The script is for strangers: plain JavaScript that talks to the console.
  globalIgnores(['build/', '.svelte-kit/', 'data/', 'test/shots/', 'web/static/', 'src/recount/recount.mjs']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', unused],
      // Numbers and booleans read well in a sentence; objects and null do not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/only-throw-error': ['error', { allow: redirects() }],
      // Texts are counted and cut by code points on purpose.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      // Matters of taste, or at odds with a rule above.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // Texts are searched for control characters on purpose.
      'no-control-regex': 'off',
    },
  },

  {
    files: ['web/**'],
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    // Kit's hooks are where an unexpected error ends, so they are where it is written down.
    rules: { 'no-console': ['error', { allow: ['error'] }] },
  },
  {
    files: ['vite.config.ts'],
    // Kit would rather have the pages in src; ours stand in web, and nothing replaces the option.
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // Kit's base path is not in use: pages live at the root of their host.
      'svelte/no-navigation-without-resolve': 'off',
      // In a component these see less of the types than svelte-check, which proves the same.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },

  {
    // Programs for the command line speak through the console.
    files: ['src/cli/**', 'scripts/**', 'bench/**', 'test/support/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.test.ts', 'test/**'],
    rules: {
      // Missing values make a test fail, which is what it is for.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.{js,mjs}'], ...ts.configs.disableTypeChecked },
)

/** What Kit wants thrown without being an Error. */
function redirects() {
  return ['Redirect', 'HttpError'].map((name) => ({ from: 'package', package: '@sveltejs/kit', name }))
}
