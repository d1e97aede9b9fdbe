// Loaded before the styles, so that the page never flashes in the wrong colours.
(() => {
  let saved = null;
  try { saved = localStorage.getItem('theme'); } catch { /* storage may be off: the system's choice holds */ }
  if (saved === 'light' || saved === 'dark') document.documentElement.dataset.theme = saved;
})();
