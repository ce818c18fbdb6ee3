"""Each rule of tests/layers.py is shown one small tree that keeps it and one file that breaks it."""
import os
import shutil
import sys
import tempfile

import tap

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import layers  # noqa: E402

GOOD = {
    "include/pardon.h": "#ifndef PARDON_H\n#define PARDON_H\n#endif\n",
    "src/types.h": "#pragma once\n#include <glib.h>\n",
    "src/pipeline.c": '#include "pipeline.h"\n#include "image/view.h"\n#include "cluster/cluster.h"\n',
    "src/pipeline.h": '#pragma once\n#include "pardon.h"\n',
    "src/main.c": '#include "cmd/cmd.h"\n#include "options.h"\nint\nmain (void)\n{\n  printf ("x");\n}\n',
    "src/options.c": '#include "options.h"\n#include "base/error.h"\n',
    "src/options.h": "#pragma once\n",
    "src/cmd/cmd.h": "#pragma once\n",
    "src/cmd/scan.c": '#include "cmd/cmd.h"\n#include "pardon.h"\n#include <stdio.h>\n',
    "src/base/error.h": "#pragma once\n",
    "src/math/pca.h": "#pragma once\n",
    "src/image/view.h": '#pragma once\n#include "types.h"\n',
    "src/image/codec.c": '#include "image/view.h"\n#include "base/error.h"\n#include <vips/vips.h>\n',
    "src/image/meson.build": "x = [base_dep, dependency('vips')] # not store_dep\n",
    "src/cluster/cluster.h": "#pragma once\n",
    "src/cluster/cluster.c": '#include "cluster/cluster.h"\n#include "math/pca.h"\n',
    "src/cluster/meson.build": "x = [base_dep, math_dep]\n",
    "docs/a.md": "# A heading, twice\n[there](../README.md#the-top) and `src/types.h`\n",
    "README.md": "# The `top`\n[a](docs/a.md#a-heading-twice) [far](https://example.org/x)\n```\n[not](a link)\n```\n",
    "README2.md": "[b](README.md#the-top)\n",
}


def problems(extra):
    root = tempfile.mkdtemp()
    try:
        for file, text in {**GOOD, **extra}.items():
            path = os.path.join(root, file)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as f:
                f.write(text)
        return layers.check(root)
    finally:
        shutil.rmtree(root)


def must_fail(words, **files):
    found = problems({name: text for name, text in files["files"].items()})
    assert len(found) == 1 and words in found[0], f"wanted one problem with '{words}', found {found}"


def body(lines):
    return "static void\nf (int x)\n{\n" + "  x = 1; /* } */\n" * lines + "}\n"


def test_a_right_tree_has_no_problem():
    assert problems({}) == []


def blind(extra):
    """What the rule of blindness alone says of it, and that the tree without it is fine."""
    assert not [p for p in problems({}) if "blind" in p]
    return [p for p in problems(extra) if "the blind judge" in p]


def test_the_detector_sees_the_judge():
    judge = {"src/join/join.h": "#pragma once\n"}
    assert "join/join.h" in blind({**judge, "src/noise/detector.c": '#include "join/join.h"\n'})[0]
    # through a header of its own, and through one of a folder that it may include
    own = blind({**judge, "src/noise/detector.c": '#include "noise/detector.h"\n', "src/noise/detector.h": '#pragma once\n#include "join/join.h"\n'})
    assert any(p.startswith("src/noise/detector.c") and "through src/noise/detector.h" in p for p in own), own
    far = {**judge, "src/noise/detector.c": '#include "math/pca.h"\n', "src/math/pca.h": '#pragma once\n#include "base/error.h"\n', "src/base/error.h": '#pragma once\n#include "join/join.h"\n'}
    assert any(p.startswith("src/noise/detector.c") and "through src/base/error.h" in p for p in blind(far)), blind(far)


def test_measuring_sees_results():
    for header in ("store/store.h", "output/report.h", "judge/score.h"):
        seen = {"src/" + header: "#pragma once\n", "src/feature/quality_x.c": f'#include "{header}"\n'}
        assert len(blind(seen)) == 1 and header in blind(seen)[0]
        assert not blind({"src/" + header: "#pragma once\n", "src/feature/onnx.c": f'#include "{header}"\n'}), "others may not either, but that is another rule"
    assert "pardon.h" in blind({"src/feature/quality.c": '#include "pardon.h"\n'})[0]


def test_a_header_names_what_must_not_be_seen():
    for word in ("int *labels;", "float prediction;", "float logits;"):
        seen = {"src/noise/detector.h": f"#pragma once\nstruct x {{ {word} }};\n", "src/noise/detector.c": '#include "noise/detector.h"\n'}
        assert len(blind(seen)) == 2, blind(seen)
    assert not blind({"src/noise/detector.h": "#pragma once\n/* neither labels nor predictions */\n"})


def test_base_includes_a_stage():
    must_fail("'base' includes", files={"src/base/error.c": '#include "image/view.h"\n'})


def test_stage_includes_a_stage():
    must_fail("'image' includes", files={"src/image/view.c": '#include "cluster/cluster.h"\n'})


def test_stage_includes_the_store():
    must_fail("'cluster' includes", files={"src/cluster/x.c": '#include "store/store.h"\n'})


def test_math_includes_a_stage():
    must_fail("'math' includes", files={"src/math/x.c": '  #  include "image/view.h"\n'})


def test_stage_includes_the_public_header():
    must_fail("'image' includes", files={"src/image/x.c": '#include "pardon.h"\n'})


def test_command_includes_a_stage():
    must_fail("the program includes", files={"src/cmd/x.c": '#include "image/view.h"\n'})


def test_command_includes_base():
    must_fail("the program includes", files={"src/cmd/x.c": '#include "base/error.h"\n'})


def test_main_includes_the_pipeline():
    must_fail("the program includes", files={"src/main.c": '#include "pipeline.h"\n'})


def test_command_includes_an_outside_library():
    must_fail("GLib and libc alone", files={"src/cmd/x.c": "#include <jansson.h>\n"})


def test_types_includes_a_stage():
    must_fail("stands above it", files={"src/types.h": '#pragma once\n#include "image/view.h"\n'})


def test_a_room_includes_one_above_it():
    judging = {"src/judging/judging.h": "#pragma once\n", "src/looking/lens.h": "#pragma once\n"}
    assert problems({**judging, "src/judging/judging.c": '#include "judging/judging.h"\n#include "looking/lens.h"\n#include "pardon.h"\n#include "cluster/cluster.h"\n'}) == []
    must_fail("'looking' includes", files={**judging, "src/looking/lens.c": '#include "judging/judging.h"\n'})
    must_fail("'cluster' includes", files={**judging, "src/cluster/x.c": '#include "looking/lens.h"\n'})
    must_fail("'judging' includes", files={**judging, "src/pipeline.h": "#pragma once\n", "src/judging/x.c": '#include "pipeline.h"\n'})


def test_pipeline_includes_a_command():
    must_fail("stands above it", files={"src/pipeline.c": '#include "cmd/cmd.h"\n'})


def test_a_recipe_that_knows_the_server_is_found():
    must_fail("stands above it", files={"src/pipeline.c": '#include "web/serve.h"\n'})
    assert problems({"src/pardon.c": '#include "web/serve.h"\n', "src/web/serve.h": "#pragma once\n"}) == []


def test_the_server_knows_recipes_and_no_stage():
    must_fail("'web' includes", files={"src/web/x.c": '#include "image/view.h"\n'})
    must_fail("'web' includes", files={"src/web/x.c": '#include "pardon.h"\n'})
    assert problems({"src/reviewing/reviewing.h": "#pragma once\n", "src/web/x.c": '#include "reviewing/reviewing.h"\n#include "base/error.h"\n'}) == []


def test_folder_without_a_layer():
    must_fail("stands in no layer", files={"src/nowhere/x.c": ""})


def test_c_file_included():
    must_fail("includes a .c file", files={"src/image/x.c": '#include "image/codec.c"\n'})


def test_stage_links_a_stage():
    must_fail("links store_dep", files={"src/cluster/meson.build": "x = [base_dep, store_dep]\n"})


def test_library_asked_for_twice():
    must_fail("more than one folder", files={"src/cluster/meson.build": "x = dependency('vips', version: '>= 8')\n"})


def test_library_in_two_files():
    must_fail("libvips is named in more than one file", files={"src/image/x.c": "#include <vips/vips8.h>\n"})


def test_library_in_a_header():
    must_fail("a header brings Jansson", files={"src/image/x.h": "#pragma once\n#include <jansson.h>\n"})


def test_intrinsics_in_an_ordinary_file():
    must_fail("intrinsics", files={"src/image/x.c": "#include <immintrin.h>\n"})
    assert problems({"src/image/x_avx2.c": "#include <immintrin.h>\n"}) == []


def test_long_file():
    must_fail("701 lines", files={"src/image/x.c": "\n" * 701})
    assert problems({"src/image/x.c": "\n" * 700}) == []


def test_long_function():
    must_fail("f has 121 lines", files={"src/image/x.c": body(119)})
    assert problems({"src/image/x.c": body(118)}) == []


def test_function_behind_braces_in_text():
    must_fail("f has 130 lines", files={"src/image/x.c": 'const char *a = "{"; /* { */ // {\nchar c = \'{\';\nint t[] = { 1 };\n' + body(128)})


def test_large_rooms_are_noted():
    assert [n.split(": ")[1] for n in noted({"src/image/x.c": body(70) + "\n" * 500})] == ["574 lines", "f has 72 lines"]


def noted(extra):
    root = tempfile.mkdtemp()
    try:
        for file, text in extra.items():
            os.makedirs(os.path.dirname(os.path.join(root, file)))
            with open(os.path.join(root, file), "w") as f:
                f.write(text)
        return list(layers.notes(layers.Tree(root)))
    finally:
        shutil.rmtree(root)


def test_unfinished():
    must_fail("left to do", files={"src/image/x.c": "/* TO" "DO: more */\n"})


def test_tab():
    must_fail("a tab", files={"tests/unit/test_x.c": "int\tx;\n"})


def test_white_space_at_the_end():
    must_fail("white space", files={"src/image/x.c": "int x; \n"})


def test_no_final_line_end():
    must_fail("no line end", files={"src/image/x.c": "int x;"})


def test_no_guard():
    must_fail("no '#pragma once'", files={"src/image/x.h": "int x;\n"})
    must_fail("no include guard", files={"include/pardon.h": "#pragma once\n"})


def test_library_prints_or_exits():
    for call in ("printf (x)", "exit (1)", "abort ()", "g_printerr (x)", "fprintf (stderr, x)"):
        must_fail("neither prints nor exits", files={"src/image/x.c": f"  {call};\n"})
    assert problems({"src/image/x.c": '  g_snprintf (b); fprintf (file, x); /* exit () */ f ("abort ()");\n'}) == []


def test_dead_link():
    must_fail("leads nowhere", files={"docs/b.md": "[x](gone.md)\n"})
    must_fail("leads nowhere", files={"docs/b.md": '<img src="gone.png">\n'})


def test_dead_anchor():
    must_fail("no heading", files={"docs/b.md": "[x](a.md#gone)\n"})


def test_path_that_is_not_there():
    must_fail("names 'src/gone.c'", files={"docs/b.md": "`src/gone.c` and `src/image/*.c`\n"})


if __name__ == "__main__":
    tap.main()
