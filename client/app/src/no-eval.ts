/**
 * Imported before everything else: the page's policy forbids making code from text. The schema library behind the SDK
 * would try, once, and each try is reported as a violation; told beforehand it leaves it.
 */
declare global {
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}

globalThis.__zod_globalConfig = { jitless: true };

export {};
