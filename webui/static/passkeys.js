// Forms that an authenticator answers. Without this script they stay hidden and codes are typed.
// Web Authentication Level 3, 5.1.8 to 5.1.10: options and answers as JSON.
"use strict";

const make = {
  create: (options) =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    }),
  get: (options) =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
    }),
};

async function answer(event) {
  const form = event.currentTarget;
  const field = form.elements.namedItem("answer");
  if (field.value) return;
  event.preventDefault();
  const failed = form.querySelector("[role=status]");
  failed.hidden = true;
  try {
    const made = await make[form.dataset.passkey](JSON.parse(form.dataset.options));
    field.value = JSON.stringify(made.toJSON());
    form.requestSubmit();
  } catch {
    failed.hidden = false;
  }
}

if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", answer);
    form.hidden = false;
  }
}
