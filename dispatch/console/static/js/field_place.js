"use strict";
// Where the phone is, as a point in WGS-84, if the person allows it; else the address is typed.
document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("here");
  const form = document.getElementById("field-form");
  const picked = document.getElementById("place-picked");
  const words = button.querySelector("span");
  const atRest = words.textContent;
  const PATIENCE = { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 };
  if (!("geolocation" in navigator) || !window.isSecureContext) return;
  button.hidden = false;

  const found = ({ coords }) => {
    const name = button.dataset.found.replace("{metres}", String(Math.round(coords.accuracy)));
    form.elements.place.value = `point:${coords.longitude.toFixed(6)},${coords.latitude.toFixed(6)},wgs84`;
    form.elements.place_name.value = name;
    picked.querySelector("strong").textContent = name;
    picked.hidden = false;
    words.textContent = atRest;
    button.disabled = false;
  };
  const refused = () => {
    words.textContent = button.dataset.refused;
    button.disabled = false;
  };

  button.addEventListener("click", () => {
    words.textContent = button.dataset.asking;
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(found, refused, PATIENCE);
  });
});
