// The one script of a page: <script src="https://desk.example/channels/widget/nightdesk.js" data-site="shop" async></script>
// It only fetches the rest. window.nightdesk has open(), close() and identify(jwt or null).

(() => {
  const DESK = "__DESK__"; // filled in by the server: site, company names, version of the files
  const script = document.currentScript;
  if (!script || window.nightdesk) return;
  const { site, identity, lang } = script.dataset;
  if (site && site !== DESK.site) console.warn(`Nightdesk: data-site is ${site}, and this desk serves ${DESK.site}`);
  const home = new URL(".", script.src);
  const settings = { ...DESK, site: site ?? DESK.site, home: home.href, identity: identity ?? "", lang: lang ?? "" };
  const begun = import(new URL(`files/${DESK.version}/panel.js`, home).href).then(({ start }) => start(settings));
  begun.catch((error) => console.warn("Nightdesk could not be loaded:", error));
  const later = (name) => (...given) => begun.then((panel) => panel[name](...given));
  window.nightdesk = { open: later("open"), close: later("close"), identify: later("identify") };
})();
