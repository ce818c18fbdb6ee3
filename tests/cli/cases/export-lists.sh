# a results folder by hand, so that no verdict hangs on a detector; its names are a stranger's
mkdir -p in/a in/b r && for f in in/a/x.jpg in/b/x.jpg in/b/y.jpg 'in/a/two, "three".jpg' $'in/b/line\nbreak.jpg' $'in/a/\xff.jpg'; do echo "$f" > "$f"; done
H=file,status,reason,width,height,noise,noisy,kind,severity,cluster,label,prediction,confidence,correct,verdict
cat > r/images.csv <<END
$H
"a/two, ""three"".jpg",ok,,30,20,0.1,0,,,0,7,7,0.9,1,right
a/x.jpg,ok,,30,20,0.1,0,,,0,cat,dog,0.5,0,owed
$(printf 'a/\xff.jpg'),ok,,30,20,0.99,1,fog,2.5,10,cat,dog,0.5,0,set-aside
b/gone.jpg,ok,,30,20,0.2,0,,,2,cat,dog,1e-05,0,owed
"$(printf 'b/line\nbreak.jpg')",ok,,30,20,0.99,1,jpeg,5,2,,,,,unjudged
b/x.jpg,ok,,30,20,0.1,0,,,2,dog,cat,0.75,0,owed
b/y.jpg,unreadable,"'b/y.jpg' is empty",,,,,,,,dog,,,,unjudged
END
( echo file,path,included,reason; echo '"a/two, ""three"".jpg","in/a/two, ""three"".jpg",yes,'; echo a/x.jpg,in/a/x.jpg,yes,; printf 'a/\xff.jpg,in/a/\xff.jpg,yes,\nb/.hidden,,no,hidden\n'
  echo b/gone.jpg,in/b/gone.jpg,yes,; printf '"b/line\nbreak.jpg","in/b/line\nbreak.jpg",yes,\n'; echo b/x.jpg,in/b/x.jpg,yes,; echo b/y.jpg,in/b/y.jpg,yes, ) > r/manifest.csv
printf 'file,group,label,prediction,confidence,distance\nb/x.jpg,1,dog,cat,0.75,1\na/x.jpg,2,cat,dog,0.5,1\nb/gone.jpg,,cat,dog,1e-05,\n' > r/owed.csv
printf 'file,label,suggested,confidence,score,rank\nb/x.jpg,dog,cat,0.75,0.5,1\n' > r/suspected.csv
printf 'group,file,kind,similarity,split,across\n1,a/x.jpg,exact,1,,\n1,b/x.jpg,exact,1,,\n2,b/x.jpg,near,1,,\n2,b/y.jpg,near,0.9,,\n' > r/duplicates.csv
echo "# lists add up"
for l in all clean noisy unreadable right set-aside owed unjudged suspected duplicates; do echo "$l $(pardon export r --list $l -0 2> /dev/null | tr -dc '\000' | wc -c)"; done
echo "# paths as they are; what cannot be told apart in lines is said"
pardon export r --list noisy | od -c | head -4
pardon export r --list noisy --null | xargs -0 -n 1 head -c 5; echo
pardon export r --list clean
pardon export r --kind fog --null | od -c
pardon export r --list owed --group 2
pardon export r --list right --group 2
echo "# tables"
pardon export r --list suspected --format csv
pardon export r --format jsonl
pardon export r --format jsonl 2> /dev/null | /usr/bin/python3 -c 'import json, sys; print([type(json.loads(l)["label"]).__name__ for l in sys.stdin])'
echo "# links: told first, then made; nothing is replaced"
pardon export r --links out; ls out
pardon export r --links out --yes; echo "exit $?"
find out -type l -printf '%p -> %l\n' | sort | sed "s,$PWD,TMP," | od -c | sed -n '1,3p'
find out -type l -name '[txy]*' | sort
rm out/owed/a/x.jpg; echo mine > out/owed/a/x.jpg
pardon export r --links out --yes; echo "exit $?"
cat out/owed/a/x.jpg
pardon export r --links copies --copy --list owed --by group --yes; find copies -type f | sort; cat copies/group-1/x.jpg
pardon export r --links copies --copy --list owed --by group --yes 2> /dev/null | tail -1
pardon export r --links sorted --by cluster 2> /dev/null | head -3
pardon export r --links sorted --by kind 2> /dev/null | head -2
pardon export r --links out --with-probes > /dev/null; echo "exit $?"
echo "# names that would lead elsewhere"
mkdir evil && printf 'file,verdict,kind\n../../up.jpg,../..,/tmp\n/etc/./up.jpg,../..,/tmp\n' > evil/images.csv && printf 'file,path,included,reason\n../../up.jpg,in/a/x.jpg,yes,\n/etc/./up.jpg,in/b/x.jpg,yes,\n' > evil/manifest.csv
pardon export evil --links kept --yes; pardon export evil --links kept --by kind --yes; find kept | sort
echo "# what cannot be"
for wrong in '--list clear' '--list wrong' '--kind foggy' '--format xml' '--format csv --null' '--by kind' '--links out --by colour' '--links out --format csv' '--npy x.npy --list all' '--group 0'; do
  pardon export r $wrong; echo "exit $?"
done
pardon export evil --list noisy; echo "exit $?"
pardon export evil --list suspected; echo "exit $?"
pardon export in --list all; echo "exit $?"
echo 'c.jpg,2,cat,dog,0.5,1' >> r/owed.csv; pardon export r --list right; echo "exit $?"
sed -i 2,3d r/manifest.csv; pardon export r --list all; echo "exit $?"
