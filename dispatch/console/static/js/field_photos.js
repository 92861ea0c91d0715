"use strict";
// Photos: gathered one by one, shown small, made smaller before they are kept. The server looks through each all the same.
field.photos = (() => {
  const LONGEST_EDGE = 1600;
  const QUALITY = 0.85;
  const gathered = new Map(); // fieldset → files

  const draw = (picture, canvas, width, height) => {
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d").drawImage(picture, 0, 0, width, height);
  };

  // What the browser cannot read goes as it is, and the server says what it thinks of it.
  const smaller = async (file) => {
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, LONGEST_EDGE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      draw(picture, canvas, Math.round(picture.width * scale), Math.round(picture.height * scale));
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
      return await (blob || file).arrayBuffer();
    } catch {
      return file.arrayBuffer();
    }
  };

  const show = async (file, canvas) => {
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
      draw(picture, canvas, picture.width * scale, picture.height * scale);
    } catch {
      // An empty square: the name says which one it is.
    }
  };

  const list = (box) => {
    const files = gathered.get(box) || [];
    const rows = files.map((file) => {
      const row = document.getElementById("photo-item").content.firstElementChild.cloneNode(true);
      row.querySelector("[data-part=name]").textContent = file.name;
      show(file, row.querySelector("canvas"));
      row.querySelector("button").addEventListener("click", () => {
        gathered.set(box, files.filter((one) => one !== file));
        list(box);
        box.querySelector("input").focus();
      });
      return row;
    });
    box.querySelector(".photo-list").replaceChildren(...rows);
  };

  const begin = () => {
    document.querySelectorAll(".photos:not(.is-gathering)").forEach((box) => {
      box.classList.add("is-gathering");
      box.addEventListener("change", (event) => {
        const all = [...(gathered.get(box) || []), ...event.target.files];
        gathered.set(box, all.slice(0, Number(box.dataset.most)));
        event.target.value = "";
        list(box);
      });
    });
  };

  return {
    begin,
    boxes: (form) => [...form.querySelectorAll(".photos")],
    of: (box) => gathered.get(box) || [],
    smaller,
    clear: (form) =>
      form.querySelectorAll(".photos").forEach((box) => {
        gathered.delete(box);
        list(box);
      }),
  };
})();
