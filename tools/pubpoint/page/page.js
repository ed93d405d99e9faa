/* SPDX-License-Identifier: LGPL-2.1-or-later */
'use strict';

/* Everything in status.json comes from outside: it is shown with textContent
 * only, and goes into an address only as url_path, which is escaped. */
(() => {
  const PERIOD_MS = 1000;
  const TIMEOUT_MS = 8000;
  const language = document.documentElement.lang;
  const statusUrl = document.body.dataset.status;
  const onlyPoint = document.body.dataset.point;
  const texts = new Map();
  const cards = new Map();
  let timer = 0, isBusy = false, isAdmin = false;

  const byId = (id) => document.getElementById(id);
  const field = (root, name) => root.querySelector(`[data-field="${name}"]`);

  function setText(element, text) {
    if (element.textContent !== text)
      element.textContent = text;
  }

  function say(key, ...values) {
    return (texts.get(key) || key)
      .replace(/\{(\d)\}/g, (all, n) => values[n - 1] ?? all);
  }

  /* numbers, as the page's language writes them */

  function unit(value, name, digits = 3) {
    return new Intl.NumberFormat(language, { style: 'unit', unit: name,
      unitDisplay: 'short', maximumSignificantDigits: digits }).format(value);
  }

  const number = (value) => new Intl.NumberFormat(language).format(value);

  function rate(bits) {
    const [name, size] = bits >= 1e6 ? ['Mbit/s', 1e6] : ['kbit/s', 1e3];
    const shown = new Intl.NumberFormat(language,
      { maximumSignificantDigits: 3 }).format(bits / size);

    return `${shown}\u00a0${name}`;
  }

  function bytes(count) {
    const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
    const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3),
      names.length - 1);

    return unit(count / 1000 ** power, names[power]);
  }

  function duration(seconds) {
    const parts = [[86400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']];
    const at = Math.max(parts.findIndex(([size]) => seconds >= size), 0);
    const [size, name] = seconds < 1 ? parts[3] : parts[at];
    const rest = parts[at + 1];
    const text = unit(Math.floor(seconds / size), name, 9);
    const left = rest && size > 60 ? Math.floor(seconds % size / rest[0]) : 0;

    return left > 0 ? `${text} ${unit(left, rest[1], 9)}` : text;
  }

  function clock(since) {
    const isOld = since.seconds > 20 * 3600;

    return new Intl.DateTimeFormat(language, { hour: '2-digit',
      minute: '2-digit', hourCycle: 'h23', ...(isOld ? { day: 'numeric', month: 'short' } : {}) })
      .format(new Date(since.since_unix_seconds * 1000));
  }

  const sinceText = (since) => say('since-for', clock(since),
    duration(since.seconds));

  const ageText = (seconds) => seconds === 0 ? say('now')
    : say('ago', duration(seconds));

  /* what an administrator does */

  async function disconnect(what, value, answerKey) {
    const response = await fetch(new URL('/admin/disconnect', location.origin), { method: 'POST',
      credentials: 'same-origin', cache: 'no-store',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded',
        'X-Requested-With': 'wms-pubpoint' },
      body: `${what}=${value}` }).catch(() => null);
    const isDone = Boolean(response && response.ok);

    await refresh();
    setText(byId('spoken'), say(isDone ? answerKey : 'not-disconnected'));
    if (!isDone)
      notice(say('not-disconnected'));
  }

  function ask(question, action) {
    const dialog = byId('confirm');

    setText(byId('question'), question);
    byId('agree').onclick = () => { dialog.close(); action(); };
    byId('cancel').onclick = () => dialog.close();
    dialog.showModal();
    byId('cancel').focus();
  }

  /* players, for an administrator */

  function fillPlayer(row, player) {
    setText(field(row, 'address'), player.address || '–');
    setText(field(row, 'agent'), player.agent || '–');
    setText(field(row, 'kind'), player.protocol.toUpperCase());
    setText(field(row, 'since'), `${clock(player)} (${duration(player.seconds)})`);
    setText(field(row, 'sent'), bytes(player.sent_bytes));
    setText(field(row, 'skipped'), number(player.skipped_packets));
  }

  function makePlayer(player) {
    const row = byId('player').content.firstElementChild.cloneNode(true);
    const button = field(row, 'disconnect');

    row.dataset.id = player.id;
    button.setAttribute('aria-label', `${button.textContent}: ${player.address}`);
    button.addEventListener('click', () => ask(
      say('ask-player', player.address || '–'),
      () => disconnect('player', String(player.id), 'player-gone')));
    return row;
  }

  function fillPlayers(card, players) {
    const body = card.querySelector('tbody');
    const rows = new Map([...body.children].map((row) => [row.dataset.id, row]));
    const list = players.list || [];

    field(card, 'list').hidden = !players.list || players.now === 0;
    setText(field(card, 'list-count'), number(players.now));
    list.forEach((player, i) => {
      const row = rows.get(String(player.id)) || makePlayer(player);

      rows.delete(String(player.id));
      fillPlayer(row, player);
      if (body.children[i] !== row)
        body.insertBefore(row, body.children[i] || null);
    });
    rows.forEach((row) => row.remove());
    field(card, 'more').hidden = !players.not_listed;
    setText(field(card, 'more'), say('not-listed', number(players.not_listed || 0)));
  }

  /* points */

  function fillCurve(card, point) {
    const svg = field(card, 'curve');
    const history = point.bitrate_history;
    const isSilent = history.bits_per_second.length < 2;

    svg.toggleAttribute('hidden', isSilent);
    field(card, 'silence').hidden = !isSilent;
    field(card, 'rate-line').hidden = isSilent;
    setText(field(card, 'silence'),
      say(point.state === 'streaming' ? 'measuring' : 'silence'));
    setText(field(card, 'rate'), point.state === 'streaming'
      ? rate(point.bitrate_bits_per_second) : '–');
    if (isSilent)
      return;
    const seen = Curve.draw(svg, history.bits_per_second, history.step_seconds,
      { rate, age: ageText });
    svg.setAttribute('aria-label', say('curve', duration(seen.seconds),
      rate(seen.lowest), rate(seen.highest)));
  }

  function fillEncoder(card, point) {
    const encoder = point.encoder;

    field(card, 'encoder-line').hidden = !encoder;
    if (!encoder)
      return;
    setText(field(card, 'agent'), encoder.agent || '–');
    field(card, 'address').hidden = !encoder.address;
    setText(field(card, 'address'), encoder.address || '');
    setText(field(card, 'since'), sinceText(encoder));
  }

  function fillLinks(card, point) {
    const host = location.host;
    const isPlain = location.protocol === 'http:';

    field(card, 'asx').href = `${point.url_path}.asx`;
    field(card, 'http').href = `${location.protocol}//${host}${point.url_path}`;
    field(card, 'mms').hidden = !isPlain;
    field(card, 'mms').href = `mmsh://${host}${point.url_path}`;
  }

  function fillRecording(card, recording) {
    field(card, 'recorded-box').hidden = !recording;
    if (recording)
      setText(field(card, 'recorded'), recording.error || bytes(recording.bytes));
  }

  function fillCard(card, point) {
    const stateText = say(`state-${point.state}`);

    if (card.dataset.state && card.dataset.state !== point.state)
      setText(byId('spoken'), `${point.title || point.path}: ${stateText}`);
    card.dataset.state = point.state;
    setText(field(card, 'name'), point.title || point.path);
    field(card, 'path-line').hidden = !point.title;
    setText(field(card, 'path'), point.path);
    setText(field(card, 'state'), stateText);
    fillEncoder(card, point);
    fillCurve(card, point);
    setText(field(card, 'players'), point.players.playing === point.players.now
      ? number(point.players.now) : say('of-players',
        number(point.players.playing), number(point.players.now)));
    setText(field(card, 'received'), bytes(point.totals.received_bytes));
    setText(field(card, 'sent'), bytes(point.totals.sent_bytes));
    setText(field(card, 'skipped'), number(point.totals.skipped_packets));
    setText(field(card, 'late'), number(point.totals.late_packets));
    fillRecording(card, point.recording);
    fillLinks(card, point);
    field(card, 'disconnect').hidden = !isAdmin || !point.encoder;
    fillPlayers(card, point.players);
  }

  function makeCard(point) {
    const card = byId('point').content.firstElementChild.cloneNode(true);

    card.dataset.path = point.url_path;
    field(card, 'disconnect').addEventListener('click', () => ask(
      say('ask-encoder', point.path),
      () => disconnect('point', point.url_path, 'encoder-gone')));
    return card;
  }

  function fillPoints(points) {
    const home = byId('points');
    const gone = new Set(cards.keys());

    points.forEach((point, i) => {
      const card = cards.get(point.url_path) || makeCard(point);

      cards.set(point.url_path, card);
      gone.delete(point.url_path);
      if (home.children[i] !== card)
        home.insertBefore(card, home.children[i] || null);
      fillCard(card, point);
    });
    gone.forEach((path) => { cards.get(path).remove(); cards.delete(path); });
    byId('empty').hidden = points.length > 0;
  }

  function fillSummary(status) {
    const summary = byId('summary');
    const onAir = status.points.filter((p) => p.state === 'streaming');

    summary.hidden = Boolean(onlyPoint);
    setText(field(summary, 'on-air'), number(onAir.length));
    setText(field(summary, 'players'), number(status.server.players));
    setText(field(summary, 'incoming'), rate(onAir.reduce((sum, p) =>
      sum + p.bitrate_bits_per_second, 0)));
    setText(field(summary, 'running'), duration(status.server.seconds));
  }

  function show(status) {
    isAdmin = status.is_admin;
    byId('sign-in').hidden = isAdmin || !status.server.has_administrator;
    byId('signed-in').hidden = !isAdmin;
    setText(byId('version'), `${status.server.name} ${status.server.version}`);
    fillSummary(status);
    fillPoints(onlyPoint
      ? status.points.filter((p) => p.url_path === onlyPoint) : status.points);
    document.body.dataset.ready = 'yes';
  }

  /* asking */

  function notice(text) {
    byId('notice').hidden = text === '';
    setText(byId('notice'), text);
  }

  async function load() {
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), TIMEOUT_MS);

    try {
      const response = await fetch(new URL(statusUrl, location.origin), { cache: 'no-store',
        credentials: 'same-origin', signal: stop.signal });

      if (!response.ok)
        throw new Error(String(response.status));
      return await response.json();
    } catch (error) {
      return null;
    } finally {
      clearTimeout(limit);
    }
  }

  async function refresh() {
    if (isBusy)
      return;
    isBusy = true;
    clearTimeout(timer);
    const status = await load();

    isBusy = false;
    if (!document.hidden)
      timer = setTimeout(refresh, PERIOD_MS);
    notice(status ? '' : say('no-answer'));
    if (status)
      show(status);
  }

  for (const text of byId('texts').content.querySelectorAll('data'))
    texts.set(text.value, text.textContent);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden)
      refresh();
  });
  refresh();
})();
