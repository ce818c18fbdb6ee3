for option in "--k zero" "--k 0" "--pca -1" "--seed 1e3" "--sample 99999999999999" "--threads 0"; do
  pardon scan photos -o out $option; echo "exit $?"
done
pardon corrupt photos -o out --radius nan; echo "exit $?"
pardon corrupt photos -o out --kind wobble; echo "exit $?"
