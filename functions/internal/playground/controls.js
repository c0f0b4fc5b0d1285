// Controls: each option has one that its kind and its range ask for. A control is
// an element, and show, which sets what it shows without telling anybody; tell is
// what it calls when its user changes it.

const controlOf = {
  value: valueControl, corners: numberControl, list: listControl, flag: flagControl, text: textControl, path: pathControl,
};

function valueControl(option, tell) {
  const {between, places} = placesOf(option);
  if (places.length > 1) return severalControl(option, between, places, tell);
  return onePlace(option.name, places[0], option.default, tell);
}

// onePlace is the control of a single place.
function onePlace(name, place, fallback, tell) {
  if (place.color) return colorControl(name, tell);
  if (place.numbers.length === 0) return choiceControl(name, place.words, fallback, tell);
  return sliderControl(name, place.numbers[0], fallback, tell);
}

function sameOr(field, value) {
  if (field.value !== value) field.value = value; // a caret stays where it is
}

function fieldOf(name, tell, properties = {}) {
  return make('input', {
    type: 'text', name, id: 'option-' + name.replace(/ /g, '-'), autocomplete: 'off', spellcheck: false,
    oninput: event => tell(event.target.value.trim()), 'aria-label': name, ...properties,
  });
}

function sliderControl(name, range, fallback, tell) {
  const scale = scaleOf(range);
  const field = fieldOf(name, tell, {inputMode: 'decimal', placeholder: fallback, className: 'short'});
  const slider = make('input', {
    type: 'range', min: scale.min, max: scale.max, step: scale.step, 'aria-label': name + ' slider',
    oninput: event => tell(scale.value(event.target.valueAsNumber)),
  });
  return {
    element: make('div', {className: 'slide'}, slider, field),
    show(value) {
      sameOr(field, value);
      const number = Number(value || fallback);
      slider.value = Number.isFinite(number) ? scale.at(number) : scale.min;
      slider.classList.toggle('idle', value === '');
      slider.setAttribute('aria-valuetext', value || fallback || 'none');
    },
  };
}

// numberControl is that of corners: one number for all of them, or four.
function numberControl(option, tell) {
  return sliderControl(option.name, placeOf(option.range).numbers[0], option.default, tell);
}

function choiceControl(name, words, fallback, tell) {
  const none = make('option', {value: '', textContent: fallback || '–'});
  const select = make('select', {name, id: 'option-' + name.replace(/ /g, '-'), 'aria-label': name, onchange: event => tell(event.target.value)},
    none, ...words.filter(word => word !== fallback).map(word => make('option', {value: word, textContent: word})));
  return {
    element: select,
    show(value) {
      const other = value !== '' && !words.includes(value); // as an address may say
      if (other) select.append(make('option', {value, textContent: value}));
      select.value = value === fallback ? '' : value;
    },
  };
}

function colorControl(name, tell) {
  const field = fieldOf(name, tell, {placeholder: 'f80, tomato'});
  const picker = make('input', {
    type: 'color', value: '#808080', 'aria-label': name + ' picker', oninput: event => tell(colored(field.value, event.target.value)),
  });
  return {
    element: make('div', {className: 'color'}, picker, field),
    show(value) {
      sameOr(field, value);
      const hex = hexOf(value);
      picker.classList.toggle('idle', hex === '');
      if (hex) picker.value = hex;
    },
  };
}

// severalControl is a group of a control for each place. While some have no
// value, they get one of their own, since all must have one.
function severalControl(option, between, places, tell) {
  let values = [];
  const controls = places.map((place, i) => {
    const name = option.name + ' ' + (placeNames[option.name]?.[i] ?? i + 1);
    const say = value => {
      values = places.map((other, at) => values[at] || placeStart(option.name, at, other));
      values[i] = value;
      tell(values.some(one => one) ? values.join(between) : '');
    };
    if (place.color) return colorControl(name, say);
    const field = fieldOf(name, say, {className: 'short', placeholder: placeNames[option.name]?.[i] ?? ''});
    return {element: field, show: value => sameOr(field, value)};
  });
  return {
    element: make('div', {className: 'several', role: 'group', 'aria-label': option.name}, ...controls.map(control => control.element)),
    show(value) {
      values = value ? value.split(between) : [];
      controls.forEach((control, i) => control.show(values[i] ?? ''));
    },
  };
}

function listControl(option, tell) {
  const words = option.range.split('|');
  const boxes = words.map(word => make('input', {
    type: 'checkbox', name: option.name, value: word, onchange: () => tell(boxes.filter(box => box.checked).map(box => box.value).join(',')),
  }));
  return {
    element: make('div', {className: 'words', role: 'group', 'aria-label': option.name},
      ...boxes.map(box => make('label', {}, box, box.value))),
    show(value) {
      const chosen = (value || option.default).toLowerCase().split(',');
      boxes.forEach(box => { box.checked = chosen.includes(box.value); });
    },
  };
}

function flagControl(option, tell) {
  if (!option.default) return choiceControl(option.name, ['1', '0'], '', tell); // what its absence means depends
  const box = make('input', {
    type: 'checkbox', name: option.name, role: 'switch', id: 'option-' + option.name, 'aria-label': option.name,
    onchange: event => tell(event.target.checked ? '1' : '0'),
  });
  return {element: box, show(value) { box.checked = /^(1|true)$/i.test(value); }};
}

function textControl(option, tell) {
  const field = fieldOf(option.name, value => tell(value), {oninput: event => tell(event.target.value)});
  return {element: field, show: value => sameOr(field, value)};
}

// pathControl takes an original's key, which the list of them helps to find, a
// word or a colour.
function pathControl(option, tell) {
  const place = placeOf(option.range);
  if (place.color) {
    const control = colorControl(option.name, tell);
    const field = control.element.querySelector('[type=text]');
    field.setAttribute('list', 'keys');
    field.placeholder = 'colour or key';
    return control;
  }
  const field = fieldOf(option.name, tell, {list: 'keys', placeholder: [...place.words, 'key'].join(', ')});
  return {element: field, show: value => sameOr(field, value)};
}
