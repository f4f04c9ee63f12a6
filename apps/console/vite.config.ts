import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npx vite apps/console` asks the API while someone works on the page. */
const API_URL = process.env['CONSOLE_API_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), { ...optimizeLocales.vite({ locales: ['en-US', 'de-DE'] }), enforce: 'pre' }],
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    // Nothing inline: the page's policy takes scripts, styles and images from this origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox121', 'safari17.5'],
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    reportCompressedSize: false,
    // What counts is the compressed size of a first load: test/console/first-load.browser.spec.ts.
    chunkSizeWarningLimit: 1_000,
  },
  server: {
    proxy: Object.fromEntries(['/api', '/console-config.json', '/openapi.json'].map((path) => [path, API_URL])),
  },
});
