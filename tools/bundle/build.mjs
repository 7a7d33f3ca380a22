// Bundle dashboard/scripts into one classic script: node build.mjs ENTRY OUTPUT BANNER
import { build } from "esbuild";

const [entry, outfile, banner] = process.argv.slice(2);
await build({
  entryPoints: [entry],
  outfile,
  banner: { js: banner },
  bundle: true,
  format: "iife",
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
});
