"use strict";
// Everything works without this script; it adds the switch of colours, copying, and opening what a link or print needs.
(function () {
  var root = document.documentElement;
  var button = document.getElementById("theme");
  var dark = matchMedia("(prefers-color-scheme: dark)");
  button.hidden = false;
  button.addEventListener("click", function () {
    var now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
  });

  document.querySelectorAll("code.command").forEach(function (code) {
    code.title = "Click to copy";
    code.addEventListener("click", function () {
      getSelection().selectAllChildren(code);
      if (navigator.clipboard) {
        navigator.clipboard.writeText(code.textContent).then(function () { code.classList.add("copied"); }, function () {});
      }
    });
  });

  function reveal() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    var fold = target.matches("details") ? target : target.querySelector("details") || target.closest("details");
    if (fold && !target.classList.contains("proof")) fold.open = true;
  }
  addEventListener("hashchange", reveal);
  reveal();

  var opened = [];
  addEventListener("beforeprint", function () {
    document.querySelectorAll("details.panel:not([open])").forEach(function (fold) { fold.open = true; opened.push(fold); });
  });
  addEventListener("afterprint", function () {
    opened.splice(0).forEach(function (fold) { fold.open = false; });
  });
})();
