// Looks at the page as assistive technology and tired eyes do. Gives a list of complaints.
() => {
  const found = [];
  const visible = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
  const all = (what) => [...document.querySelectorAll(what)].filter(visible);
  const named = (one) => (one.getAttribute('aria-label')
    || [...(one.labels ?? [])].map((label) => label.textContent).join(' ')
    || (one.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ')
    || one.textContent || one.title || '').trim();
  const shown = (one) => `<${one.tagName.toLowerCase()} class="${one.className}"> ${one.textContent.slice(0, 30)}`;

  for (const one of all('button, a[href], input, select, textarea, summary, [role=tab], [role=option]')) {
    if (!named(one)) found.push(`has no name: ${shown(one)}`);
  }
  for (const one of all('section, nav, [role=group], [role=region], [role=log], [role=tablist], dialog')) {
    if (!one.getAttribute('aria-label') && !one.getAttribute('aria-labelledby')) found.push(`has no label: ${shown(one)}`);
  }
  for (const one of document.querySelectorAll('img:not([alt])')) found.push(`picture without words: ${one.src}`);
  for (const one of document.querySelectorAll('[tabindex]')) if (one.tabIndex > 0) found.push(`jumps the line: ${shown(one)}`);
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) found.push(`twice the same id: ${id}`);
  for (const name of ['aria-controls', 'aria-describedby', 'aria-labelledby', 'aria-activedescendant']) {
    for (const one of document.querySelectorAll(`[${name}]`)) {
      for (const id of one.getAttribute(name).split(' ')) if (!document.getElementById(id)) found.push(`${name} leads nowhere: ${id}`);
    }
  }
  for (const what of ['header', 'main', 'h1', '[aria-live=polite]', '[role=status]']) {
    if (document.querySelectorAll(what).length === 0) found.push(`there is no ${what}`);
  }
  if (document.querySelectorAll('main').length !== 1) found.push('not exactly one main');
  if (!document.documentElement.lang || !document.title) found.push('the page has no language or no title');

  // Contrast, WCAG 1.4.3: 4.5 to 1, or 3 to 1 for large text.
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const colour = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data; };
  const light = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, part, at) => {
    const x = rgb[at] / 255;
    return sum + part * (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ground = (one) => {
    for (let up = one; up; up = up.parentElement) {
      const found = colour(getComputedStyle(up).backgroundColor);
      if (found[3] > 250) return found;
    }
    return colour('white');
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const one = node.parentElement;
    if (!node.data.trim() || !visible(one) || one.closest('.hidden, :disabled, option, .skip, script')) continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(colour(style.color)), light(ground(one))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < needed) found.push(`contrast ${ratio.toFixed(2)}: ${shown(one)}`);
  }
  return [...new Set(found)];
}
