"""Contrast of every text on a rendered page, which axe does not see behind several layers."""

from __future__ import annotations

# WCAG's contrast of every piece of text that orgkit shows, against what is painted behind it; what
# is disabled is exempt (1.4.3).
CONTRAST = """
root => {
  const rgba = text => {
    const n = text.match(/[\\d.]+%?/g).map(parseFloat);
    const unit = text.startsWith('color(') ? 255 : 1;
    return [n[0] * unit, n[1] * unit, n[2] * unit, n[3] ?? 1];
  };
  const over = (top, under) => {
    const a = top[3] + under[3] * (1 - top[3]);
    if (a === 0) return [0, 0, 0, 0];
    return [0, 1, 2].map(i => (top[i] * top[3] + under[i] * under[3] * (1 - top[3])) / a)
      .concat(a);
  };
  const behind = element => {
    let paint = [0, 0, 0, 0];
    for (let e = element; e && paint[3] < 1; e = e.parentElement)
      paint = over(paint, rgba(getComputedStyle(e).backgroundColor));
    return over(paint, [255, 255, 255, 1]);
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const found = [], seen = [];
  const ours = '.orgkit-block, .orgkit-note, .orgkit-strip, .orgkit-live, .orgkit-banner';
  for (const element of document.querySelectorAll(`${root} *`)) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.closest(ours) || !element.checkVisibility()) continue;
    if (element.closest('style, option, :disabled, .disabled')) continue;
    const back = behind(element);
    const ink = over(rgba(getComputedStyle(element).color), back);
    const [a, b] = [light(ink), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    seen.push(ratio);
    if (ratio < 4.5)
      found.push(`${ratio.toFixed(2)} ${element.className} "${element.textContent.slice(0, 60)}"`);
  }
  return {count: seen.length, found: [...new Set(found)]};
}
"""
