/* SPDX-License-Identifier: LGPL-2.1-or-later */
'use strict';

/* The bitrate of the last minutes as a curve, drawn into an SVG element. */
const Curve = (() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const HEIGHT = 160;
  const EDGE = { top: 18, right: 5, bottom: 24, left: 1 };
  const WINDOWS = [60, 120, 300, 600];

  function make(name, attributes, parent) {
    const element = document.createElementNS(SVG, name);

    for (const [key, value] of Object.entries(attributes))
      element.setAttribute(key, value);
    parent.append(element);
    return element;
  }

  /* The smallest window that holds all of it. */
  function pickWindow(seconds) {
    return WINDOWS.find((w) => w >= seconds) || WINDOWS[WINDOWS.length - 1];
  }

  /* Steps of 1, 2 or 5 times a power of ten, two to four of them. */
  function pickStep(highest) {
    const power = 10 ** Math.floor(Math.log10(highest / 2));

    return [1, 2, 5, 10].map((n) => n * power).find((s) => highest / s <= 4);
  }

  function scales(width, window, top) {
    const left = EDGE.left, right = width - EDGE.right;
    const bottom = HEIGHT - EDGE.bottom;

    return {
      left, right, bottom,
      x: (age) => right - (age / window) * (right - left),
      y: (value) => bottom - (value / top) * (bottom - EDGE.top),
    };
  }

  function drawGrid(svg, at, step, top, formatRate) {
    for (let value = 0; value <= top; value += step) {
      const y = at.y(value);

      make('line', { class: 'grid', x1: at.left, x2: at.right, y1: y, y2: y },
        svg);
      if (value > 0)
        make('text', { class: 'scale', x: at.left, y: y - 4 }, svg)
          .textContent = formatRate(value);
    }
  }

  function drawTimes(svg, at, window, formatAge) {
    /* ages are shown in whole minutes, so that the middle one has to be some */
    const middle = window > 60 ? Math.floor(window / 120) * 60 : window / 2;

    for (const [age, anchor] of [[window, 'start'], [middle, 'middle'], [0, 'end']])
      make('text', { class: 'scale', x: at.x(age), y: HEIGHT - 6,
        'text-anchor': anchor }, svg).textContent = formatAge(age);
  }

  function drawLine(svg, at, rates, step) {
    const points = rates.map((rate, i) =>
      [at.x((rates.length - 1 - i) * step), at.y(rate)]);
    const text = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
    const first = points[0], last = points[points.length - 1];

    make('polygon', { class: 'area', points: [`${first[0].toFixed(1)},${at.bottom}`,
      ...text, `${last[0].toFixed(1)},${at.bottom}`].join(' ') }, svg);
    make('polyline', { class: 'line', points: text.join(' ') }, svg);
    make('circle', { class: 'now', r: 3.5, cx: last[0], cy: last[1] }, svg);
  }

  /* Rates that are older than the window are left out. */
  function draw(svg, rates, step, format) {
    const width = Math.max(svg.clientWidth, 200);
    const window = pickWindow((rates.length - 1) * step);
    const shown = rates.slice(-(Math.floor(window / step) + 1));
    const highest = Math.max(...shown, 1000);
    const gridStep = pickStep(highest * 1.05);
    const top = Math.ceil(highest * 1.05 / gridStep) * gridStep;
    const at = scales(width, window, top);

    svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    svg.setAttribute('height', HEIGHT);
    svg.replaceChildren();
    drawLine(svg, at, shown, step);
    drawGrid(svg, at, gridStep, top, format.rate);
    drawTimes(svg, at, window, format.age);
    return { seconds: window, lowest: Math.min(...shown), highest: Math.max(...shown) };
  }

  return { draw };
})();
