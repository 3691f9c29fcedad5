// What is said without being asked for, as by a colleague: looked for again and again while somebody is there.

const PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/** Look every two seconds, longer after failures, and not while the page is hidden; returns how to look at once. */
export function watch(look) {
  let failures = 0;
  let timer = 0;
  let looking = false;

  async function round() {
    clearTimeout(timer);
    if (looking || document.hidden) return;
    looking = true;
    try {
      await look();
      failures = 0;
    } catch {
      failures += 1; // the server may be restarting: it is not asked more often for that
    }
    looking = false;
    if (!document.hidden) timer = setTimeout(round, Math.min(LONGEST_PAUSE, PAUSE * 2 ** failures));
  }

  function now() {
    failures = 0;
    round();
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : now()));
  window.addEventListener("online", now);
  now();
  return now;
}
